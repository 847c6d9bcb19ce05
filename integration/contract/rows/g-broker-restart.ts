import type { Bench } from '../bench'
import { type Anomaly, check, onlyOnce, reaches } from '../checker'
import { duplicatesByCause } from '../duplicates'
import { pause } from '../eventually'
import { Member, sharesMissing } from '../member'
import { parcel } from '../parcel'
import { readAll } from '../reader'
import type { Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 4
const BEFORE = 400
const AFTER = 400

/** The broker goes away under load and comes back. */
export const brokerRestart: Row = {
  letter: 'g',
  title: 'after a broker restart the client goes on by itself, and every acknowledged message is still in its place',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const group = bench.name('survivors')
    const member = await Member.join(bench, { group, topic, member: 'survivor' })
    await bench.eventually(() => sharesMissing([member], QUEUES))
    const sender = await Sender.start(bench, topic)
    const load = new Load(sender)
    bench.owns(() => load.stop())

    await bench.eventually(() => acknowledgedMissing(bench, BEFORE))
    bench.history.add({ type: 'restarted' })
    await bench.target.restartBroker()
    bench.history.add({ type: 'restarted' })
    const back = bench.history.count('acknowledged')
    await bench.eventually(() => acknowledgedMissing(bench, back + AFTER))
    await load.stop()
    await bench.eventually(() => arrivalsMissing(bench, group))

    const readers = bench.name('readers')
    await readAll(bench, { group: readers, topic, queues: QUEUES })
    const { history } = bench
    return {
      anomalies: [...check(history, reaches(group), onlyOnce(group, 'broker-restart')), ...missingFromPlace(bench, readers)],
      figures: {
        acknowledged: history.count('acknowledged'),
        'failed sends': history.count('failed'),
        duplicates: JSON.stringify(duplicatesByCause(history, group))
      }
    }
  }
}

/** Sends to all queues, one message at a time each and not too many, whatever becomes of them. */
class Load {
  #isRunning = true
  readonly #lanes: Promise<void>[]

  constructor(sender: Sender) {
    this.#lanes = Array.from({ length: QUEUES }, (_, queueId) => this.#lane(sender, queueId))
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    await Promise.all(this.#lanes)
  }

  async #lane(sender: Sender, queueId: number): Promise<void> {
    for (let number = 0; this.#isRunning; number++) {
      const isAcknowledged = await sender.send(parcel(`${queueId}-${number}`), queueId)
      await pause(isAcknowledged ? 2 : 50)
    }
  }
}

/** Every acknowledged message must be read at the offset that its acknowledgement named. */
function missingFromPlace({ history }: Bench, readers: string): Anomaly[] {
  const places = new Map(history.of('delivered').flatMap((one) => (one.group === readers ? [[`${one.queue}:${one.offset}`, one.uid]] : [])))
  return history.of('acknowledged').flatMap(({ uid, queue, offset }) => {
    const there = places.get(`${queue}:${offset}`)
    return there === uid ? [] : [{ name: 'not-durable' as const, detail: `${uid} is not at ${queue}:${offset}, but ${there ?? 'nothing'}` }]
  })
}

function acknowledgedMissing({ history }: Bench, wanted: number): string | undefined {
  const missing = wanted - history.count('acknowledged')
  return missing <= 0 ? undefined : `${missing} acknowledged sends`
}

function arrivalsMissing({ history }: Bench, group: string): string | undefined {
  const missing = history.of('acknowledged').filter(({ uid }) => !history.arrivedAt(group).has(uid)).length
  return missing === 0 ? undefined : `${missing} messages at ${group}`
}
