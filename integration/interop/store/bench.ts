import { afterAll, beforeAll } from '@jest/globals'
import { Nameserver } from '@rocketmq-ts/nameserver'
import { smallFiles, smallOfficialFiles, startOfficial } from './official-broker'
import { OurBroker } from './our-broker'
import { type Served, servedBy } from './served'
import { StoreDirectories } from './store-directory'

/** A broker that runs on a store. */
export interface RunningBroker {
  readonly address: string
  stop(signal: 'TERM' | 'KILL'): Promise<void>
}

/** Starts brokers on stores; whatever was started and made is gone after the last test of the file. */
export class StoreBench {
  readonly directories = new StoreDirectories()
  readonly #nameserver = new Nameserver({ host: '127.0.0.1', port: 0 })
  readonly #started: Promise<RunningBroker>[] = []

  constructor() {
    beforeAll(() => this.#nameserver.start())
    afterAll(async () => {
      await Promise.allSettled(this.#started.map(async (starting) => (await starting).stop('KILL')))
      await this.#nameserver.close()
      this.directories.removeAll()
    })
  }

  ours(directory: string, more: Readonly<Record<string, number>> = smallFiles): Promise<OurBroker> {
    return this.#keep(OurBroker.start(directory, more))
  }

  official(version: string, directory: string, more: Readonly<Record<string, string>> = smallOfficialFiles): Promise<RunningBroker> {
    return this.#keep(startOfficial(version, directory, this.#nameserver.address, more))
  }

  /** What a broker serves that is about to be started; it is stopped then. */
  async served(starting: Promise<RunningBroker>, signal: 'TERM' | 'KILL' = 'KILL'): Promise<Served> {
    const broker = await starting
    const served = await servedBy(broker.address)
    await broker.stop(signal)
    return served
  }

  /** The same of two, at a time. */
  both(one: Promise<RunningBroker>, other: Promise<RunningBroker>): Promise<[Served, Served]> {
    return Promise.all([this.served(one), this.served(other)])
  }

  #keep<T extends RunningBroker>(starting: Promise<T>): Promise<T> {
    this.#started.push(starting)
    return starting
  }
}
