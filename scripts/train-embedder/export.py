"""Writes a trained table as a model folder that transformers.js and every other ONNX runtime for embeddings loads."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer


def quantise(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bytes and the scale of each row: float32 [rows, d] -> int8 [rows, d], float32 [rows, 1]."""
    scales = np.abs(table).max(axis=1, keepdims=True) / 127
    scales[scales == 0] = 1
    return np.round(table / scales).astype(np.int8), scales.astype(np.float32)


def to_onnx(table: np.ndarray) -> onnx.ModelProto:
    """A graph that looks up the vector of each token. src/knowledge/embedding/static/onnx-table.ts writes the same."""
    rows, dimensions = table.shape
    numbers, scales = quantise(table)
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["bytes"], name="bytes", axis=0),
            helper.make_node("Cast", ["bytes"], ["numbers"], name="numbers", to=TensorProto.FLOAT),
            helper.make_node("Gather", ["scales", "input_ids"], ["factors"], name="factors", axis=0),
            helper.make_node("Mul", ["numbers", "factors"], ["last_hidden_state"], name="last_hidden_state"),
        ],
        "static",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", dimensions])],
        [numpy_helper.from_array(numbers, "table"), numpy_helper.from_array(scales, "scales")],
    )
    model = helper.make_model(graph, producer_name="parquetry", opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def write_model(folder: Path, table: np.ndarray, tokenizer: Tokenizer) -> None:
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "onnx" / "model_quantized.onnx").write_bytes(to_onnx(table).SerializeToString())
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": table.shape[1],
        "vocab_size": table.shape[0],
        "max_position_embeddings": 512,
    }
    tokenizer_config = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": True,
        "model_max_length": 512,
        "unk_token": "[UNK]",
        "pad_token": "[PAD]",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=2) + "\n")
