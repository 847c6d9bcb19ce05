import { RocketMQError } from '@rocketmq-ts/client'

/** A source was further ahead of its sends than `maxBuffered` lets it. Code `BUFFER_FULL`. What was buffered is not sent. */
export class BufferFullError extends RocketMQError {
  constructor(topic: string, maxBuffered: number) {
    super(
      'BUFFER_FULL',
      `${maxBuffered} values wait to be sent to ${topic}, and the source goes on: slow it down, or raise maxBuffered or concurrency`,
      { facts: { topic, maxBuffered } }
    )
  }
}
