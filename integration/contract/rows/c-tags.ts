import { check, onlyOnce, reaches } from '../checker'
import { Member } from '../member'
import { parcel } from '../parcel'
import type { Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 4
const ROUNDS = 25
/** `Aa` and `BB` have the same Java hash code, and so have the four longer ones: a broker that filters by hash cannot tell them apart. */
const TAGS = ['Aa', 'BB', 'AaAa', 'AaBB', 'BBAa', 'BBBB', 'other', undefined]

const groups = [
  { name: 'one', tags: ['Aa'] },
  { name: 'its-twin', tags: ['BB'] },
  { name: 'both', tags: ['Aa', 'BB'] },
  { name: 'long-one', tags: ['BBAa'] },
  { name: 'everything', tags: undefined }
] as const

/** A subscription by tag brings what has the tag, and not what has only the tag's hash code. */
export const tags: Row = {
  letter: 'c',
  title: 'a tag subscription brings exactly the messages with its tags, also where another tag has the same hash code',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const joined = groups.map(async ({ name, tags }) => {
      const group = bench.name(name)
      await Member.join(bench, { group, topic, member: name, ...(tags === undefined ? {} : { tags }) })
      return { group, wants: (tag: string | undefined) => tags === undefined || tags.some((one) => one === tag) }
    })
    const members = await Promise.all(joined)

    const sender = await Sender.start(bench, topic)
    for (let round = 0; round < ROUNDS; round++) await sendEach(sender, round)
    // The last round goes to every queue: once it has arrived, whatever would leak before it has leaked.
    for (let queueId = 0; queueId < QUEUES; queueId++) await sendEach(sender, ROUNDS + queueId, queueId)

    const { history } = bench
    const wanted = members.map(({ group, wants }) => ({
      group,
      uids: history.of('attempted').flatMap(({ uid, tag }) => (wants(tag) ? [uid] : []))
    }))
    await bench.eventually(() => {
      const missing = wanted.map(({ group, uids }) => [group, uids.filter((uid) => !history.arrivedAt(group).has(uid)).length] as const)
      const lines = missing.flatMap(([group, count]) => (count > 0 ? [`${count} messages at ${group}`] : []))
      return lines.length === 0 ? undefined : lines.join(', ')
    })
    return {
      anomalies: check(history, ...members.flatMap(({ group, wants }) => [reaches(group, wants), onlyOnce(group)])),
      figures: { messages: history.count('acknowledged'), groups: members.length }
    }
  }
}

async function sendEach(sender: Sender, round: number, queueId = round % QUEUES): Promise<void> {
  for (const tag of TAGS) await sender.send(parcel(`${round} ${tag}`, tag === undefined ? {} : { tag }), queueId)
}
