/**
 * Attribute keys of the semantic conventions, older and newer, whose spelling is known although lakerunner writes their dots
 * as underscores. Source: opentelemetry.io/docs/specs/semconv, attribute registry.
 */
const knownKeys = `
service.name service.version service.namespace service.instance.id deployment.environment deployment.environment.name
telemetry.sdk.name telemetry.sdk.language telemetry.sdk.version telemetry.distro.name telemetry.distro.version
host.name host.id host.arch host.type host.ip host.image.name os.type os.name os.version os.description
process.pid process.parent_pid process.command process.command_line process.executable.name process.executable.path
process.owner process.runtime.name process.runtime.version process.runtime.description
container.id container.name container.image.name container.image.tag container.image.tags container.runtime
k8s.cluster.name k8s.cluster.uid k8s.namespace.name k8s.node.name k8s.node.uid k8s.pod.name k8s.pod.uid k8s.pod.ip
k8s.pod.start_time k8s.container.name k8s.deployment.name k8s.deployment.uid k8s.replicaset.name k8s.replicaset.uid
k8s.statefulset.name k8s.statefulset.uid k8s.daemonset.name k8s.daemonset.uid k8s.job.name k8s.cronjob.name
cloud.provider cloud.region cloud.availability_zone cloud.account.id cloud.platform cloud.resource_id
aws.ecs.cluster.arn aws.ecs.task.arn faas.name faas.version faas.instance faas.trigger
otel.scope.name otel.scope.version otel.status_code otel.status_description otel.library.name otel.library.version
http.method http.url http.target http.host http.scheme http.status_code http.flavor http.user_agent http.route
http.client_ip http.request_content_length http.response_content_length http.request.method
http.request.method_original http.request.body.size http.request.resend_count http.response.status_code
http.response.body.size url.full url.path url.query url.scheme url.template url.domain user_agent.original
user_agent.name server.address server.port client.address client.port network.protocol.name network.protocol.version
network.transport network.type network.peer.address network.peer.port network.local.address network.local.port
net.host.name net.host.port net.host.ip net.peer.name net.peer.port net.peer.ip net.transport net.protocol.name
net.protocol.version net.sock.peer.addr net.sock.peer.port net.sock.host.addr net.sock.host.port peer.service
db.system db.system.name db.name db.namespace db.user db.statement db.operation db.operation.name
db.operation.batch.size db.sql.table db.collection.name db.query.text db.query.summary db.query.parameter
db.connection_string db.response.status_code db.response.returned_rows db.redis.database_index
rpc.system rpc.service rpc.method rpc.grpc.status_code rpc.message.type rpc.message.id
messaging.system messaging.operation messaging.operation.name messaging.operation.type messaging.destination
messaging.destination.name messaging.destination.partition.id messaging.destination.template messaging.message.id
messaging.message.conversation_id messaging.message.body.size messaging.batch.message_count messaging.client.id
messaging.consumer.group.name messaging.kafka.consumer.group messaging.kafka.offset messaging.kafka.message.offset
messaging.kafka.message.key messaging.kafka.destination.partition messaging.rabbitmq.destination.routing_key
exception.type exception.message exception.stacktrace exception.escaped error.type error.message event.name
code.function code.function.name code.namespace code.filepath code.file.path code.lineno code.line.number
thread.id thread.name enduser.id user.id session.id session.previous_id log.file.name log.file.path log.iostream
feature_flag.key feature_flag.provider_name feature_flag.variant graphql.operation.name graphql.operation.type
gen_ai.system gen_ai.provider.name gen_ai.operation.name gen_ai.request.model gen_ai.request.max_tokens
gen_ai.request.temperature gen_ai.request.top_p gen_ai.response.id gen_ai.response.model
gen_ai.response.finish_reasons gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens
gen_ai.usage.completion_tokens gen_ai.conversation.id gen_ai.agent.id gen_ai.agent.name gen_ai.tool.name
gen_ai.tool.type gen_ai.tool.call.id gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions`

const byColumn = new Map(
  knownKeys
    .trim()
    .split(/\s+/)
    .map((key) => [key.replaceAll('.', '_'), key]),
)

/** The attribute key that a part of a column's name stands for: `service_name` is `service.name`. Unknown ones stay as they are. */
export const restoreKey = (name: string): string => byColumn.get(name) ?? name
