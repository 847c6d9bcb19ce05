import { describe, expect, it } from '@jest/globals'
import { seededRandom } from 'net-ts-protocol-kit'
import { seeds, story } from '../../../../test/random-runs'
import { type Fault, RequestCode, ResponseCode } from '../../src/index'
import { Scene } from './scene'

const REQUESTS = [
  RequestCode.SEND_MESSAGE_V2,
  RequestCode.PULL_MESSAGE,
  RequestCode.HEART_BEAT,
  RequestCode.UPDATE_CONSUMER_OFFSET,
  RequestCode.QUERY_CONSUMER_OFFSET,
  RequestCode.GET_CONSUMER_LIST_BY_GROUP,
  RequestCode.GET_ROUTEINFO_BY_TOPIC,
  RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
  RequestCode.REGISTER_BROKER
]
const CODES = [ResponseCode.SYSTEM_BUSY, ResponseCode.SYSTEM_ERROR, ResponseCode.SERVICE_NOT_AVAILABLE]
const SERVERS = ['broker-a', 'broker-b', 'nameserver']

/** Faults by chance, several at a time, while orders are sent; then everything heals. */
async function run(seed: number) {
  const chance = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T
  const scene = await Scene.start({ brokers: 2, seed })
  const { faults, cluster } = scene
  const filter = () => ({ server: pick(SERVERS), ...(chance() < 0.3 ? { client: pick([scene.shop, scene.mq]) } : {}) })
  const frames = () => ({ ...filter(), nth: 1 + Math.floor(chance() * 3), times: pick([1, 2, 5]) })
  const kinds: ReadonlyArray<() => Fault> = [
    () => faults.cut(filter()),
    () => faults.delay(pick([20, 500, 2500]), filter()),
    () => faults.stall({ ...filter(), direction: pick(['both', 'to-server', 'to-client']) }),
    () => faults.halfOpen({ ...filter(), gone: pick(['server', 'client']) }),
    () => faults.refuse(filter()),
    () => faults.dropRequest(pick(REQUESTS), frames()),
    () => faults.dropAnswer(pick(REQUESTS), frames()),
    () => faults.answerWith(pick(REQUESTS), { ...frames(), responseCode: pick(CODES) })
  ]
  const made: Fault[] = []
  for (let step = 0; step < 40; step++) {
    made.push(pick(kinds)())
    if (chance() < 0.5) faults.active[0]?.end()
    if (chance() < 0.05) await cluster.restartBroker(pick(['broker-a', 'broker-b']))
    await scene.send(2)
    await cluster.advance(Math.floor(chance() * 4000))
  }
  faults.endAll()
  await cluster.advance(60_000)
  const healed = await scene.send(4)
  const { lost } = await scene.end({ mayBeUnused: true })
  return {
    lost,
    phantoms: scene.notSent.filter((n) => scene.pushed.includes(n)),
    failedAfterwards: healed.filter((one) => 'error' in one).length,
    struck: made.filter(({ hits }) => hits > 0).length,
    told: [...made.map(String), ...scene.pushed, ...scene.pulled]
  }
}

describe('under any faults', () => {
  for (const seed of seeds(6)) {
    it(`no acknowledged order is lost, none arrives that is known not to be sent, and in the end all is well (seed ${seed})`, async () => {
      story()
      const { struck, told, ...verdict } = await run(seed)
      expect(verdict).toEqual({ lost: [], phantoms: [], failedAfterwards: 0 })
      expect(struck).toBeGreaterThan(5)
      expect(told.length).toBeGreaterThanOrEqual(48)
    })
  }

  it('the same seed tells the same story', async () => {
    expect(await run(3)).toEqual(await run(3))
  })
})
