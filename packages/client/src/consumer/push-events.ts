import type { Message } from '../message'
import type { MessageQueue } from '../message-queue'

/** A queue and an offset in it. */
export interface QueueOffsetEvent {
  readonly queue: MessageQueue
  readonly offset: number
}

/** What any consumer tells of its queues. */
export interface QueueEvents {
  /** It owns a queue and begins at this offset. */
  readonly assigned: QueueOffsetEvent
  /** It owns a queue no longer. `offset`: everything below it is settled. */
  readonly revoked: { readonly queue: MessageQueue; readonly offset: number | undefined }
  /** The broker was told that everything below this offset is settled. */
  readonly committed: QueueOffsetEvent
  /** The queue has no such offset: reading goes on elsewhere. */
  readonly offsetMoved: { readonly queue: MessageQueue; readonly from: number; readonly to: number; readonly remark: string | undefined }
  /** Reading a queue failed so many times in a row; it is tried again. */
  readonly troubled: { readonly queue: MessageQueue; readonly error: unknown; readonly failures: number }
}

/** What a push consumer tells. */
export interface PushConsumerEvents<M extends Message = Message> extends QueueEvents {
  /** A handler threw, or the value could not be decoded. The message comes again. */
  readonly handlerFailed: { readonly message: M; readonly error: unknown }
  /** A handler took too long. The message comes again. */
  readonly handlerTimedOut: { readonly message: M; readonly timeoutMs: number }
  /** The broker has taken a message back: for another attempt, or for the dead letter topic. */
  readonly sentBack: { readonly message: M; readonly isDeadLetter: boolean }
  /** No broker took a message back. It is handled again here after a pause. */
  readonly sendBackFailed: { readonly message: M; readonly error: unknown }
}
