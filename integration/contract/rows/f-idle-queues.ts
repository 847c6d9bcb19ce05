import type { Bench } from '../bench'
import { type Anomaly, check } from '../checker'
import { PullCount } from '../group-watch'
import { Member, sharesMissing } from '../member'
import type { Probe } from '../probe'
import type { Row } from '../row'
import { Answer, Code } from '../tap/frame'
import { instead, type TapRule } from '../tap/wire-tap'

const QUEUES = 8
/** Instead of the clients' 15 s: the promise is about pulls per suspend time, however long that is. */
const SUSPEND_MS = 4_000
/** How many long polls of the suite's own the consumer is watched for. */
const PERIODS = 2

/** A consumer with nothing to do waits in the broker instead of asking again and again. */
export const idleQueues: Row = {
  letter: 'f',
  title: 'eight idle queues cause at most eight pulls per suspend time',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const control = await bench.topic(1, 'control')
    const pulls = new PullCount(bench.tap, topic)
    bench.tap.rule(withSuspendTime)
    const member = await Member.join(bench, { group: bench.name('idlers'), topic, member: 'idler' })
    await bench.eventually(() => sharesMissing([member], QUEUES))
    await bench.eventually(() => (pulls.queues === QUEUES ? undefined : `pulls of ${QUEUES - pulls.queues} queues`))

    const before = pulls.asked
    const from = performance.now()
    const anomalies: Anomaly[] = []
    for (let period = 0; period < PERIODS; period++) anomalies.push(...(await holdOnePoll(bench, control)))
    // Each pull lasts a suspend time or longer, so a queue cannot begin more than this many in the time that passed.
    const periods = Math.floor((performance.now() - from) / SUSPEND_MS) + 1
    const asked = pulls.asked - before
    if (asked > QUEUES * periods)
      anomalies.push({ name: 'too-many-pulls', detail: `${asked} pulls of ${QUEUES} queues in ${periods} suspend times` })
    await bench.eventually(() => (pulls.answered >= QUEUES ? undefined : `${QUEUES - pulls.answered} held pulls to be answered`))
    return {
      anomalies: [...check(bench.history), ...anomalies],
      figures: { 'suspend time': `${SUSPEND_MS} ms`, pulls: asked, 'suspend times': periods, 'answered "nothing new"': pulls.answered }
    }
  }
}

/** Every pull asks to be held for the row's suspend time. */
const withSuspendTime: TapRule = ({ direction, frame }) =>
  direction === 'sent' && frame.code === Code.PULL_MESSAGE
    ? instead({ ...frame, fields: { ...frame.fields, suspendTimeoutMillis: String(SUSPEND_MS) } })
    : undefined

/** One long poll of the suite's own, which the broker must hold while it answers other things. */
async function holdOnePoll(bench: Bench, topic: string): Promise<Anomaly[]> {
  const probe = await bench.probe()
  let isAnswered = false
  const poll = longPoll(probe, bench.name('control'), topic).then((code) => {
    isAnswered = true
    return code
  })
  for (let trip = 0; trip < 50; trip++) await probe.maxOffset(topic, 0)
  const wasHeld = !isAnswered
  const code = await poll
  if (wasHeld && code === Answer.PULL_NOT_FOUND) return []
  return [{ name: 'not-held', detail: `a long poll of an empty queue was ${wasHeld ? 'held' : 'answered at once'}, with code ${code}` }]
}

async function longPoll(probe: Probe, consumerGroup: string, topic: string): Promise<number> {
  const answer = await probe.ask(Code.PULL_MESSAGE, {
    consumerGroup,
    topic,
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    // May be held (2), the subscription is in the header (4).
    sysFlag: 6,
    commitOffset: 0,
    suspendTimeoutMillis: SUSPEND_MS,
    subscription: '*',
    subVersion: 0,
    expressionType: 'TAG'
  })
  return answer.code
}
