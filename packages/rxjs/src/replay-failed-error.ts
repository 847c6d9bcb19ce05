import { type Message, RocketMQError } from '@rocketmq-ts/client'
import type { QueuePosition } from './replay-options'

/**
 * A delivery of a replay was not acked: its handling failed, or asked for a retry or a dead letter, which a replay has no topic
 * for. Code `REPLAY_FAILED`; what was thrown is the cause.
 */
export class ReplayFailedError extends RocketMQError {
  /** Below these everything was acked: `from: error.positions` goes on there. */
  readonly positions: readonly QueuePosition[]

  constructor({ queue, queueOffset, messageId }: Message, what: string, positions: readonly QueuePosition[], cause?: unknown) {
    const place = `${queue.topic}@${queue.brokerName}:${queue.queueId} offset ${queueOffset}`
    super('REPLAY_FAILED', `the replay ended at ${place}: ${what}. It can go on from the error's positions`, {
      facts: { queue, queueOffset, messageId },
      cause
    })
    this.positions = positions
  }
}
