import type { KVTable } from '@rocketmq-ts/remoting/wire'

/**
 * Topics whose queues are fixed, by name: `broker-a:4;broker-b:4`. Producers take their queues from it in place of the
 * route, and brokers mark the topic as ordered (upstream: KV namespace `ORDER_TOPIC_CONFIG`).
 */
export class OrderTopics {
  readonly #confs: ReadonlyMap<string, string>

  constructor(confs: Readonly<Record<string, string>>) {
    this.#confs = new Map(Object.entries(confs))
  }

  confOf(topic: string): string | undefined {
    return this.#confs.get(topic)
  }

  /** All of them, as brokers are told when they register; `undefined` when there is none. */
  get table(): KVTable | undefined {
    return this.#confs.size === 0 ? undefined : { table: this.#confs }
  }
}
