import { createHash } from 'node:crypto'
import type { Bench } from '../bench'
import { check, onlyOnce, reaches } from '../checker'
import { Member } from '../member'
import { type Parcel, parcel } from '../parcel'
import { readAll } from '../reader'
import type { Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 2
/** Around the size from which bodies are compressed, around sizes of buffers, and the largest that a broker takes. */
const SIZES = [1, 2, 100, 4095, 4096, 4097, 32_768, 65_535, 65_536, 131_072, 262_144, 1_048_576, 4_194_304]
const TEXTS = [
  'plain',
  '订单',
  '支付成功',
  '🍣',
  '👩‍👩‍👧‍👦',
  'é ü ñ',
  '"quoted" \\ {json}',
  '<b>&amp;</b>',
  "it's",
  'ſ ﬁ ́',
  '=;,:/?#[]@!$&()*+%20'
]

/** Whatever fits comes out as it went in. */
export const wholeValues: Row = {
  letter: 'h',
  title: 'bodies of 1 byte to 4 MiB, and tags, keys and properties in any script, arrive exactly as they were sent',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const sender = await Sender.start(bench, topic)
    const singles = [...SIZES.flatMap(bodiesOf), ...TEXTS.flatMap(textsOf)]
    const batch = TEXTS.flatMap((text, at) => textsOf(text, at).map((one) => ({ ...one, uid: `${one.uid} in a batch` })))
    const oneway = parcel('one-way', { tag: 'one-way', keys: ['k'], properties: { 'u.text': '🍣' } })
    const parcels = [...singles, ...batch, oneway]
    const tags = [...new Set(parcels.flatMap(({ tag }) => (tag === undefined ? [] : [tag])))]
    const pushed = bench.name('pushed')
    const tagged = bench.name('tagged')
    await Member.join(bench, { group: pushed, topic, member: 'pushed' })
    await Member.join(bench, { group: tagged, topic, member: 'tagged', tags })
    for (const [at, one] of singles.entries()) await sender.send(one, at % QUEUES)
    await sender.sendBatch(batch)
    await sender.sendOneway(oneway)

    const { history } = bench
    const unacknowledged = parcels.length - 1 - history.count('acknowledged')
    if (unacknowledged > 0) history.add({ type: 'stuck', missing: `${unacknowledged} acknowledgements` })
    await bench.eventually(() => arrivalsMissing(bench, pushed, parcels))
    await bench.eventually(() =>
      arrivalsMissing(
        bench,
        tagged,
        parcels.filter(({ tag }) => tag !== undefined)
      )
    )
    const pulled = bench.name('pulled')
    await readAll(bench, { group: pulled, topic, queues: QUEUES })
    const isTagged = (tag: string | undefined): boolean => tag !== undefined
    return {
      anomalies: check(
        history,
        ...[pushed, pulled].flatMap((group) => [reaches(group), onlyOnce(group)]),
        reaches(tagged, isTagged),
        onlyOnce(tagged)
      ),
      figures: { messages: parcels.length, bytes: parcels.reduce((sum, { body }) => sum + body.length, 0) }
    }
  }
}

/** The same size twice: once as compressible as can be, once not at all. */
function bodiesOf(size: number): Parcel[] {
  return [
    { uid: `${size} equal bytes`, body: Buffer.alloc(size, 'x') },
    { uid: `${size} random bytes`, body: noise(size) }
  ]
}

function textsOf(text: string, at: number): Parcel[] {
  const key = text.replaceAll(' ', '_')
  return [
    parcel(`tag ${at}`, { tag: text.replaceAll(' ', '') }),
    parcel(`keys ${at}`, { keys: [key, `${key}-2`] }),
    parcel(`value ${at}`, { properties: { 'u.text': text, 'u.long': text.repeat(200) } }),
    parcel(`name ${at}`, { properties: { [`u.${key}`]: text } }),
    parcel(`body ${at}`, { body: Buffer.from(text) })
  ]
}

/** Bytes that do not compress, the same in every run. */
function noise(size: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, at) => createHash('sha256').update(`${size} ${at}`).digest())
  return Buffer.concat(blocks).subarray(0, size)
}

function arrivalsMissing({ history }: Bench, group: string, wanted: readonly Parcel[]): string | undefined {
  const missing = wanted.filter(({ uid }) => !history.arrivedAt(group).has(uid)).map(({ uid }) => uid)
  return missing.length === 0 ? undefined : `at ${group}: ${missing.slice(0, 10).join(', ')}${missing.length > 10 ? ' …' : ''}`
}
