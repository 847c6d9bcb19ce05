import { beforeEach, describe, expect, it } from '@jest/globals'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { RemotingClient, RemotingServer } from '../../src/index'
import { type InspectorSurroundings, runInspector } from '../../src/inspector/run-inspector'
import { RequestCode, ResponseCode } from '../../src/wire/index'
import { golden } from './captured'

let clock: ManualClock
let network: MemoryNetwork
let lines: string[]
let errors: string[]
let files: Record<string, readonly Buffer[]>
let end: () => void
let aborted: number
let isBehind: boolean
let catchUp: () => void
let around: InspectorSurroundings

beforeEach(() => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  lines = []
  errors = []
  files = {}
  end = () => {}
  aborted = 0
  isBehind = false
  catchUp = () => {}
  around = {
    version: '1.2.3',
    hasColours: false,
    print: (text) => {
      lines.push(...text.split('\n'))
      return !isBehind
    },
    drained: () =>
      new Promise((resolve) => {
        catchUp = () => {
          isBehind = false
          resolve()
        }
      }),
    printError: (line) => errors.push(line),
    async *read(file) {
      const chunks = files[file]
      if (chunks === undefined) throw new Error(`ENOENT: no such file or directory, open '${file}'`)
      yield* chunks
    },
    onEnd: (listener) => {
      end = listener
    },
    abort: () => aborted++,
    clock,
    network
  }
})

const capture = [golden('GET_MAX_OFFSET', 'request'), golden('GET_MAX_OFFSET', 'response')]

describe('rocketmq-ts-wire', () => {
  it.each([
    [['--help'], /--follow-brokers/],
    [['-v'], /^1\.2\.3$/]
  ])('prints %j and ends', async (args, text) => {
    expect(await runInspector(args, around)).toBe(0)
    expect(lines.join('\n')).toMatch(text)
  })

  it('shows a capture and ends', async () => {
    files['a.bin'] = capture
    expect(await runInspector(['a.bin'], around)).toBe(0)
    expect(lines).toEqual([
      expect.stringMatching(/^@0 #1 → GET_MAX_OFFSET opaque 7, JAVA 5\.5\.0 JSON, \d+ B$/),
      expect.stringMatching(/^ {4}.*topic=orders/),
      expect.stringMatching(/^@\d+ #1 ← SUCCESS to GET_MAX_OFFSET orders \(asked @0\) opaque 7, \d+ B$/),
      '    offset=4096'
    ])
    expect(errors).toEqual([])
  })

  it('reads standard input, hex, and prints JSON', async () => {
    files['-'] = [Buffer.from(Buffer.concat(capture).toString('hex'))]
    expect(await runInspector(['--json', '-'], around)).toBe(0)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'request', name: 'GET_MAX_OFFSET' },
      { type: 'answer', code: 0 }
    ])
  })

  it('takes its options', async () => {
    files['a.bin'] = [golden('PULL_MESSAGE', 'request'), golden('PULL_MESSAGE', 'response'), ...capture]
    const options = ['--filter', 'PULL_*', '--bodies', 'full', '--max-body-bytes', '5', '--max-messages', '1', '--redact', 'KEYS,customer']
    expect(await runInspector([...options, 'a.bin'], around)).toBe(0)
    expect(lines.slice(-4)).toEqual([
      expect.stringMatching(/tags=created keys=<redacted>/),
      '        customer=<redacted>',
      '        {"id" … (12 B in all)',
      '      … and 1 more'
    ])
  })

  it('reads one direction when told which', async () => {
    files['a.bin'] = [golden('GET_MAX_OFFSET', 'response')]
    expect(await runInspector(['--direction', 'to-client', '--format', 'raw', 'a.bin'], around)).toBe(0)
    expect(lines[0]).toMatch(/^@0 #1 ← SUCCESS to a request that was not seen/)
  })

  it('says by its exit code that some bytes were no frames', async () => {
    files['a.bin'] = [...capture, Buffer.from('what?')]
    expect(await runInspector(['a.bin'], around)).toBe(2)
    expect(lines.slice(-2)).toEqual([expect.stringContaining('not a frame'), expect.stringContaining('5 bytes were no frames')])
  })

  it('has colours where they are wanted', async () => {
    files['a.bin'] = capture
    await runInspector(['a.bin'], { ...around, hasColours: true })
    expect(lines[0]).toContain('\u001b[36mGET_MAX_OFFSET\u001b[0m')
  })

  it('waits for who reads its output', async () => {
    files['a.bin'] = [...capture]
    isBehind = true
    const running = runInspector(['a.bin'], around)
    await clock.settle()
    expect(lines).toHaveLength(2)
    catchUp()
    expect(await running).toBe(0)
    expect(lines).toHaveLength(4)
  })

  it('says that nothing was in it', async () => {
    files['a.bin'] = []
    expect(await runInspector(['a.bin'], around)).toBe(0)
    expect(errors).toEqual(['rocketmq-ts-wire: nothing was in it'])
  })

  it.each([
    [[], /give a FILE .* or --listen/],
    [['--prot', '1'], /--prot/],
    [['a', 'b'], /one FILE at a time/],
    [['gone'], /no such file.*'gone'/],
    [['--listen', '1', 'a'], /not both/],
    [['--listen', 'x'], /--listen must be HOST:PORT/],
    [['--listen', '70000'], /--listen must be/],
    [['--listen', '1', '--to', 'there'], /--to must be HOST:PORT/],
    [['--listen', '1', '--to', 'there:0'], /--to must name the port/],
    [['--listen', '1', '--format', 'hex'], /go with a FILE/],
    [['--to', 'a:1', 'a'], /go with --listen/],
    [['--bodies', 'all', 'a'], /--bodies must be one of summary, none, full/],
    [['--max-messages', '-1', 'a'], /--max-messages/],
    [['--max-frame-bytes', '3', 'a'], /at least 64/],
    [['--filter', 'NO_SUCH', 'a'], /--filter: "NO_SUCH"/]
  ])('refuses %j in one line', async (args, text) => {
    expect(await runInspector(args, around)).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-wire: [^\n]+$/)])
    expect(errors[0]).toMatch(text)
  })

  it('forwards and shows what goes by until it is told to end', async () => {
    const server = new RemotingServer({ clock, network, port: 9876 })
    server.register(RequestCode.GET_MAX_OFFSET, () => ({ code: ResponseCode.SUCCESS, header: { offset: 8 } }))
    await server.listen()
    const running = runInspector(['--listen', '19876'], around)
    await clock.settle()
    const client = new RemotingClient({ clock, network })
    const { header } = await client.invoke('127.0.0.1:19876', RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 1 })
    expect(header.offset).toBe(8)
    await client.close()
    end()
    expect(await running).toBe(0)
    expect(lines).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3} listening on 127\.0\.0\.1:19876, forwarding to 127\.0\.0\.1:9876$/),
      expect.stringMatching(/ #1 opened 127\.0\.0\.1:\d+ → 127\.0\.0\.1:9876$/),
      expect.stringMatching(/ #1 → GET_MAX_OFFSET opaque/),
      expect.stringContaining('topic=orders'),
      expect.stringMatching(/ #1 ← SUCCESS to GET_MAX_OFFSET orders after \d+\.\d ms/),
      '    offset=8',
      expect.stringMatching(/ #1 closed /)
    ])
    await server.close()
    await clock.settle()
    expect([errors, aborted, clock.pendingTimers]).toEqual([[], 0, []])
  })

  it('leaves out, and counts, what its reader is too slow for, and goes on forwarding', async () => {
    const running = runInspector(['--listen', '19876'], around)
    await clock.settle()
    const count = lines.length
    isBehind = true
    for (const _ of [1, 2, 3]) await network.connect({ host: '127.0.0.1', port: 19876 })
    await clock.settle()
    expect(lines).toHaveLength(count + 1)
    catchUp()
    await clock.settle()
    expect(errors).toEqual([expect.stringMatching(/2 events are not shown/)])
    end()
    end()
    expect(aborted).toBe(1)
    await running
  })

  it('says in one line that a port is taken', async () => {
    const running = runInspector(['--listen', '19876'], around)
    await clock.settle()
    expect(await runInspector(['--listen', '19876'], around)).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-wire: .*19876/)])
    end()
    await running
  })
})
