import { type AnyRequestRow, RemotingClient, type RemotingResponse } from '@rocketmq-ts/remoting'
import { type RequestBodyOf, type RequestHeaderOf, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { realClock, realNetwork } from 'net-ts-protocol-kit'

/** Requests to one broker, whoever wrote it. */
export class BrokerLink {
  readonly #address: string
  readonly #client = new RemotingClient({ clock: realClock, network: realNetwork, requestTimeoutMs: 30_000 })

  constructor(address: string) {
    this.#address = address
  }

  /** The answer, whatever its code. */
  ask<R extends AnyRequestRow>(row: R, header: RequestHeaderOf<R>, body?: RequestBodyOf<R>): Promise<RemotingResponse<R>> {
    return this.#client.invoke(this.#address, row, header, body)
  }

  /** The answer, which has to be SUCCESS. */
  async demand<R extends AnyRequestRow>(row: R, header: RequestHeaderOf<R>, body?: RequestBodyOf<R>): Promise<RemotingResponse<R>> {
    const response = await this.ask(row, header, body)
    if (response.code === ResponseCode.SUCCESS) return response
    throw new Error(`${row.name} ${JSON.stringify(header)} was answered ${response.code} ${response.remark ?? ''}`)
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  /** Does something with one and closes it. */
  static async with<T>(address: string, work: (link: BrokerLink) => Promise<T>): Promise<T> {
    const link = new BrokerLink(address)
    try {
      return await work(link)
    } finally {
      await link.close()
    }
  }
}
