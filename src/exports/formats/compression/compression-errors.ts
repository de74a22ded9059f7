import type { AppError } from '../../../core/errors.ts'
import { unreadable } from '../../open-export.ts'

export const toCutOff = (cause?: unknown): AppError =>
  unreadable(
    'The compressed file is incomplete: its end is missing.',
    'Wait for the copy to end, or copy it again.',
    cause,
  )

export const toIllFormed = (cause?: unknown): AppError =>
  unreadable('The compressed file is damaged.', 'Export or copy it again.', cause)

export const toTooLarge = (): AppError =>
  unreadable(
    'Decompressed, it would leave too little room on the disk.',
    'Make room where the lake lies, or export it in smaller parts.',
  )
