import { offsetMessageId } from '@rocketmq-ts/remoting/wire'
import type { Endpoint } from 'net-ts-protocol-kit'

/** Offset message ids of one broker: all begin with its address. */
export class OffsetIds {
  readonly #prefix: string

  constructor({ host, port }: Endpoint) {
    this.#prefix = offsetMessageId(host, port, 0).slice(0, -16)
  }

  idOf(physicalOffset: number): string {
    return this.#prefix + physicalOffset.toString(16).toUpperCase().padStart(16, '0')
  }
}
