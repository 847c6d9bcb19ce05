import { offsetMessageId } from '@rocketmq-ts/remoting/wire'
import type { Endpoint } from 'net-ts-protocol-kit'

const OFFSET_DIGITS = 16
const DIGITS = Buffer.from('0123456789ABCDEF')

/** Offset message ids of one broker: all begin with its address. */
export class OffsetIds {
  /** The id made last. Its digits are put in place, so that one text is made and not four, which a writer would join again. */
  readonly #id: Buffer

  constructor({ host, port }: Endpoint) {
    this.#id = Buffer.from(offsetMessageId(host, port, 0), 'latin1')
  }

  idOf(physicalOffset: number): string {
    const id = this.#id
    let high = Math.floor(physicalOffset / 2 ** 32)
    let low = physicalOffset | 0
    for (let at = id.length - 1; at >= id.length - OFFSET_DIGITS / 2; at--) {
      id[at] = DIGITS[low & 15] as number
      id[at - OFFSET_DIGITS / 2] = DIGITS[high & 15] as number
      low >>>= 4
      high >>>= 4
    }
    return id.toString('latin1')
  }
}
