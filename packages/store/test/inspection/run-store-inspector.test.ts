import { beforeEach, describe, expect, it } from '@jest/globals'
import type { SimulatedStoreFiles } from '../../src'
import { runStoreInspector, type StoreInspectorSurroundings } from '../../src/inspection/command/run-store-inspector'
import { requestOf, SampleStore, START } from './sample-store'

let sample: SampleStore
let lines: string[]
let errors: string[]
let progress: string[]
let isBehind: boolean
let around: StoreInspectorSurroundings

beforeEach(async () => {
  lines = []
  errors = []
  progress = []
  isBehind = false
  // Four entries for each slot, as official brokers have: then the length of an index file tells them.
  sample = new SampleStore({ indexSlots: 16, indexEntries: 64 })
  for (let index = 0; index < 6; index++) {
    await sample.send({
      ...{ topic: index < 4 ? 'orders' : 'bills', body: Buffer.from(`secret ${index}`) },
      properties: { KEYS: `k${index}`, UNIQ_KEY: `U${index}`, TAGS: 'new' }
    })
  }
  await sample.document('topics.json', '{"topicConfigTable":{"orders":{},"unused":{}}}')
  await sample.document('consumerOffset.json', '{"offsetTable":{"orders@billing":{0:1}}}')
  await sample.close()
  around = {
    version: '1.2.3',
    files: sample.files,
    print: (text) => {
      lines.push(...text.split('\n'))
      return !isBehind
    },
    drained: () => Promise.resolve().then(() => void lines.push('(drained)')),
    printError: (line) => errors.push(line),
    showProgress: (text) => progress.push(text)
  }
})

const run = (...args: string[]) => runStoreInspector(args, around)
const json = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
const placeOf = (index: number) => sample.sent[index]?.physicalOffset ?? -1
const timeOf = (index: number) => new Date(START + index * 1000).toISOString()

describe('rocketmq-ts-store', () => {
  it.each([
    [['--help'], /rocketmq-ts-store DIR verify/],
    [['-v'], /^1\.2\.3$/]
  ])('prints %j and ends', async (args, text) => {
    expect(await run(...args)).toBe(0)
    expect(lines.join('\n')).toMatch(text)
  })

  it('names every option in its help', async () => {
    await run('--help')
    const options = ['topic', 'queue', 'from', 'to', 'offset', 'key', 'tag', 'id', 'limit', 'body', 'max-body-bytes', 'json', 'index-slots']
    const help = lines.join('\n')
    expect([...options, 'index-entries', 'version'].filter((option) => !help.includes(`--${option}`))).toEqual([])
    expect(lines.filter((line) => line.length > 120)).toEqual([])
  })

  it.each<[string[], RegExp]>([
    [[], /give the DIR/],
    [['/nowhere'], /there is no store in \/nowhere/],
    [['/store', 'show'], /no command "show": files, topics, groups/],
    [['/store', 'topics', 'groups'], /one command at a time/],
    [['/store', 'topics', '--key', 'k'], /--key does not go with topics/],
    [['/store', 'records', '--queue', '1'], /--queue goes with --topic/],
    [['/store', 'records', '--from', 'yesterday'], /--from must be an offset or a time such as/],
    [['/store', 'records', '--limit', '0'], /--limit must be a whole number of at least 1/],
    [['/store', 'record'], /record needs --offset/],
    [['/store', 'record', '--topic', 'orders', '--offset', '1'], /--topic and --queue go together/],
    [['/store', 'find'], /one of --key, --tag and --id/],
    [['/store', 'find', '--key', 'k', '--from', '12'], /--from and --to of find are times/],
    [['/store', 'find', '--id', 'k', '--limit', '12'], /do not go with --id/],
    [['/store', '--colour'], /Unknown option '--colour'/]
  ])('refuses %j in one line', async (args, text) => {
    expect(await run(...args)).toBe(2)
    expect(lines).toEqual([])
    expect(errors).toEqual([expect.stringMatching(text)])
    expect(errors[0]).toMatch(/^rocketmq-ts-store: [^\n]*$/)
  })

  it('shows the files, those of queues by topic', async () => {
    expect(await run('/store/')).toBe(0)
    expect(lines[0]).toBe('/store: left in order')
    expect(lines[1]).toBe(`durable up to: commit log ${timeOf(5)}, consume queues ${timeOf(5)}, index ${timeOf(5)}`)
    expect(lines.find((line) => line.startsWith('FILE '))).toMatch(/^FILE +KIND +BYTES +ON DISK +WHAT$/)
    expect(lines).toContainEqual(expect.stringMatching(/^consumequeue\/orders\/ +consume queue +160 +\d+ +1 queue, 1 file$/))
    expect(lines).toContainEqual(expect.stringMatching(/^index\/\d+ +index +\d+ +\d+ +18 of 63 entries, log offsets 0 to \d+, from 2023/))
  })

  it('shows the files as JSON, every one', async () => {
    expect(await run('/store', 'files', '--json')).toBe(0)
    const [store, ...files] = json()
    expect(store).toMatchObject({ type: 'store', directory: '/store', isOpen: false, isLeftInOrder: true })
    expect(files.map(({ path }) => `/store/${path}`)).toEqual([...(sample.files as SimulatedStoreFiles).paths].sort())
    expect(new Set(files.map(({ type }) => type))).toEqual(new Set(['file']))
  })

  it('says who has the store open, and that it was not left in order', async () => {
    await sample.open()
    await run('/store')
    expect(lines[0]).toBe('/store: open in process 1000')
    await runStoreInspector(['/store'], { ...around, files: (sample.files as SimulatedStoreFiles).afterKill() })
    expect(lines).toContain('/store: not left in order: the next start recovers it')
    await sample.close()
  })

  it('shows topics', async () => {
    expect(await run('/store', 'topics')).toBe(0)
    expect(lines).toEqual([
      'TOPIC   QUEUE  MIN  MAX  MESSAGES  BYTES',
      expect.stringMatching(/^bills {7}0 {4}0 {4}2 {9}2 {4}\d+ {2}not in topics\.json$/),
      expect.stringMatching(/^orders {6}0 {4}0 {4}4 {9}4 {4}\d+$/),
      expect.stringMatching(/^unused +no messages yet$/)
    ])
  })

  it('says what a killed process left in the log only, which is nothing wrong', async () => {
    await sample.open()
    sample.store.append(requestOf({}))
    sample.store.commit()
    const killed = { ...around, files: (sample.files as SimulatedStoreFiles).afterKill() }
    await sample.close()
    expect(await runStoreInspector(['/store', 'topics'], killed)).toBe(0)
    expect(lines).toContainEqual(expect.stringMatching(/^orders +0 +0 +4 +4 +\d+ {2}1 newer in the log only$/))
    expect(await runStoreInspector(['/store', 'verify'], killed)).toBe(0)
    expect(lines).toContainEqual(expect.stringMatching(/^passing {2}queue-missing {2}orders\/0 offset 4.*: the next start sees to it$/))
    expect(lines.at(-1)).toMatch(/^sound: 1 queue-missing/)
  })

  it('shows groups', async () => {
    expect(await run('/store', 'groups')).toBe(0)
    expect(lines).toEqual([
      'GROUP    TOPIC   QUEUE  OFFSET  MAX  BEHIND',
      'billing  orders      0       1    4       3  not in subscriptionGroup.json'
    ])
    lines = []
    await run('/store', 'groups', '--json')
    expect(json()).toEqual([
      { type: 'group', group: 'billing', isConfigured: false, offsets: [{ topic: 'orders', queueId: 0, offset: 1, maxOffset: 4, lag: 3 }] }
    ])
  })

  it('shows messages, and nothing that is in them', async () => {
    expect(await run('/store', 'records', '--topic', 'orders', '--queue', '0', '--from', '1', '--to', '3')).toBe(0)
    expect(lines).toEqual([
      'LOG OFFSET  TOPIC   QUEUE  OFFSET  STORED                    BYTES  ID  KEYS  TAGS',
      expect.stringMatching(new RegExp(`^ +${placeOf(1)}  orders      0       1  ${timeOf(1)}    \\d+  U1  k1    new$`)),
      expect.stringMatching(new RegExp(`^ +${placeOf(2)}  orders      0       2  ${timeOf(2)}    \\d+  U2  k2    new$`))
    ])
    lines = []
    await run('/store', 'records', '--json')
    expect(lines.length).toBe(6)
    expect(lines.join()).not.toContain('secret')
  })

  it('shows bodies and properties when told, as far as told', async () => {
    await run('/store', 'records', '--limit', '1', '--body', '--max-body-bytes', '3')
    expect(lines.slice(2)).toEqual([
      ...['    KEYS=k0', '    UNIQ_KEY=U0', '    TAGS=new', expect.stringContaining('__CRC32#=')],
      ...['    body (8 bytes in all): sec', '… and more: --limit is 1']
    ])
    lines = []
    await run('/store', 'records', '--limit', '1', '--body', '--json')
    expect(json()).toEqual([
      expect.objectContaining({
        properties: expect.objectContaining({ KEYS: 'k0' }),
        content: { form: 'text', text: 'secret 0', bytes: 8, isCut: false }
      }),
      { type: 'more', limit: 1 }
    ])
  })

  it.each([
    ['a date and time', ['--from', timeOf(4).slice(0, 19)], [4, 5]],
    ['a date and time with its zone', ['--from', timeOf(4)], [4, 5]],
    ['milliseconds', ['--from', `@${START + 2000}`, '--to', `@${START + 3000}`], [2]],
    ['a date', ['--from', '2023-11-14', '--to', '2023-11-15', '--topic', 'bills'], [4, 5]]
  ])('takes times as %s', async (_, args, expected) => {
    expect(await run('/store', 'records', '--json', ...args)).toBe(0)
    expect(json().map(({ physicalOffset }) => physicalOffset)).toEqual(expected.map(placeOf))
  })

  it('says that damaged messages were left out', async () => {
    sample.damage('commitlog/00000000000000000000', placeOf(2) + 60)
    expect(await run('/store', 'records')).toBe(1)
    expect(lines.length).toBe(6)
    const bytes = placeOf(3) - placeOf(2)
    expect(errors).toEqual([`rocketmq-ts-store: left out, damaged: ${bytes} bytes at log offset ${placeOf(2)} (orders/0 offset 2)`])
    lines = []
    expect(await run('/store', 'records', '--json')).toBe(1)
    expect(json()).toContainEqual({ type: 'damage', topic: 'orders', queueId: 0, queueOffset: 2, from: placeOf(2), to: placeOf(3) })
  })

  it.each([
    ['its log offset', () => ['--offset', String(placeOf(1))]],
    ['its place in a queue', () => ['--topic', 'orders', '--queue', '0', '--offset', '1']],
    ['its unique key', () => ['--id', 'U1']],
    ['its offset message id', () => ['--id', `7F00000100002A9F${placeOf(1).toString(16).padStart(16, '0').toUpperCase()}`]]
  ])('shows one message by %s', async (_, args) => {
    expect(await run('/store', 'record', ...args())).toBe(0)
    expect(lines).toContain('queueOffset               1')
    expect(lines).toContain(`storeTime                 ${timeOf(1)}`)
    expect(lines).toContain('bornHost                  10.1.2.3:40000')
    expect(lines.join()).not.toContain('secret')
  })

  it.each<[string[], RegExp]>([
    [['--offset', '3'], /log offset 3: no record begins there/],
    [['--topic', 'orders', '--queue', '0', '--offset', '9'], /orders\/0 offset 9: there is no message/],
    [['--id', 'nobody'], /there is no message with that id/]
  ])('says that there is no message at %j', async (args, text) => {
    expect(await run('/store', 'record', ...args)).toBe(1)
    expect(errors).toEqual([expect.stringMatching(text)])
  })

  it.each([
    [['--key', 'k3'], [3]],
    [['--key', 'k3', '--topic', 'bills'], []],
    [
      ['--tag', 'new', '--limit', '2'],
      [4, 5]
    ],
    [['--id', 'U4'], [4]],
    [
      ['--tag', 'new', '--to', timeOf(2)],
      [0, 1]
    ]
  ])('finds messages with %j', async (args, expected) => {
    expect(await run('/store', 'find', '--json', ...args)).toBe(expected.length > 0 ? 0 : 1)
    expect(json().map(({ physicalOffset }) => physicalOffset)).toEqual(expected.map(placeOf))
  })

  it('says that nothing was found', async () => {
    expect(await run('/store', 'find', '--key', 'nothing')).toBe(1)
    expect(errors).toEqual(['rocketmq-ts-store: there is no such message'])
  })

  it('verifies a sound store', async () => {
    expect(await run('/store', 'verify')).toBe(0)
    expect(lines).toEqual([
      expect.stringMatching(/^commit log: 0 to \d+, 6 sound messages, 0 torn bytes$/),
      'consume queues: 6 entries in 2 queues',
      'index: 18 entries in 1 files',
      'sound'
    ])
  })

  it('verifies a damaged store', async () => {
    sample.damage('commitlog/00000000000000000000', placeOf(2) + 60)
    expect(await run('/store', 'verify')).toBe(1)
    expect(lines[0]).toMatch(
      /^WRONG {2}log-damaged {2}log offset \d+: \d+ bytes are no sound record, which say that they are orders\/0 offset 2$/
    )
    expect(lines.at(-1)).toBe('NOT SOUND: 1 log-damaged, 1 queue-gap')
    lines = []
    expect(await run('/store', 'verify', '--json')).toBe(1)
    expect(json()).toMatchObject([
      { type: 'finding', kind: 'log-damaged', topic: 'orders', queueOffset: 2 },
      { type: 'finding', kind: 'queue-gap', topic: 'orders', queueOffset: 2 },
      { type: 'verified', isSound: false, records: 5, findingCounts: { 'log-damaged': 1, 'queue-gap': 1 } }
    ])
    expect(progress.at(-1)).toBe('')
  })

  it('names what is unprotected', async () => {
    sample = new SampleStore({ recordCrc: false })
    await sample.send({})
    await sample.close()
    expect(await runStoreInspector(['/store', 'verify'], { ...around, files: sample.files })).toBe(0)
    expect(lines.find((line) => line.includes('no checksum but that of their body'))).toContain('queueOffset')
  })

  it('says in one line that the disk fails', async () => {
    const files = sample.files as SimulatedStoreFiles
    files.failWhere(({ name }) => (name === 'list' ? 'EIO' : undefined))
    expect(await run('/store', 'topics')).toBe(2)
    expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-store: list \/store\/\S+: EIO$/)])
  })

  it('spells out what a terminal would obey', async () => {
    sample = new SampleStore()
    await sample.send({ body: Buffer.from('\u001b[2Jgone\u009b'), properties: { KEYS: 'a\u001b[1m' } })
    await sample.close()
    for (const args of [['--body'], ['--body', '--json']])
      await runStoreInspector(['/store', 'records', ...args], { ...around, files: sample.files })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(lines.join('')).toContain('\\u001b[2Jgone')
  })

  it('waits for who reads its output', async () => {
    isBehind = true
    await run('/store', 'records', '--json')
    expect(lines.filter((line) => line === '(drained)').length).toBe(6)
  })
})
