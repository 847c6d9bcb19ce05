import { afterAll, beforeAll } from '@jest/globals'
import { Nameserver } from '@rocketmq-ts/nameserver'
import { goOn } from './contents'
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

  /** What another broker and ours serve of a store: each of a copy, to which the same was done before. */
  async servedByBoth(
    directory: string,
    other: (directory: string) => Promise<RunningBroker>,
    damage: (directory: string) => void = () => {}
  ): Promise<{ readonly theirs: Served; readonly ours: Served; readonly recovery: OurBroker['recovery'] }> {
    const [one, two] = [this.directories.copy(directory), this.directories.copy(directory)]
    for (const copy of [one, two]) damage(copy)
    const opened = this.ours(two)
    const [theirs, ours] = await Promise.all([this.served(other(one)), this.served(opened)])
    return { theirs, ours, recovery: (await opened).recovery }
  }

  /** What a broker serves when it has been sent some more; it is killed then. */
  async servedAfterMore(broker: RunningBroker): Promise<Served> {
    await goOn(broker.address)
    const served = await servedBy(broker.address)
    await broker.stop('KILL')
    return served
  }

  #keep<T extends RunningBroker>(starting: Promise<T>): Promise<T> {
    this.#started.push(starting)
    return starting
  }
}
