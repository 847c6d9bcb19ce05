import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { SimulatedStoreFiles } from '@rocketmq-ts/store'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { runCli } from '../src/cli/run-cli'
import { storeOptions } from '../src/cli/store-arguments'
import type { CliSurroundings } from '../src/cli/surroundings'

let clock: ManualClock
let network: MemoryNetwork
let files: SimulatedStoreFiles
let lines: string[]
let errors: string[]
let end: () => void
let aborted: number
let around: CliSurroundings

beforeEach(() => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  files = new SimulatedStoreFiles({ now: () => clock.now() })
  lines = []
  errors = []
  aborted = 0
  end = () => {}
  around = {
    version: '1.2.3',
    print: (line) => lines.push(line),
    printError: (line) => errors.push(line),
    onEnd: (listener) => {
      end = listener
    },
    abort: () => aborted++,
    resolvePath: (path) => (path.startsWith('/') ? path : `/home/shop/${path}`),
    clock,
    network,
    files
  }
})
afterEach(() => clock.settle())

describe('rocketmq-ts-server', () => {
  it.each([
    [['--help'], /--nameserver-port PORT/],
    [['--version'], /^1\.2\.3$/]
  ])('prints %j and ends', async (args, text) => {
    expect(await runCli(args, around)).toBe(0)
    expect(lines).toEqual([expect.stringMatching(text)])
  })

  it('serves where it is told to until it is told to end', async () => {
    const args = ['--host', '127.0.0.1', '--nameserver-port', '19876', '--broker-port', '20911', '--name', 'b-1', '--cluster', 'c-1']
    const running = runCli([...args, '--delay-levels', '1s 2s', '--advertised-address', 'mq.example'], around)
    await clock.settle()
    expect(lines).toEqual(['nameserver 127.0.0.1:19876   broker mq.example:20911   store /home/shop/rocketmq-store   (Ctrl-C ends it)'])
    const client = new RemotingClient({ clock, network })
    const { body } = await client.invoke('127.0.0.1:19876', RequestCode.GET_BROKER_CLUSTER_INFO, {})
    expect([...body.clusterAddrTable]).toEqual([['c-1', ['b-1']]])
    await client.close()
    end()
    expect(await running).toBe(0)
    expect([errors, aborted]).toEqual([[], 0])
    expect(clock.pendingTimers).toEqual([])
  })

  it('can be told to end by who reads that it serves', async () => {
    const running = runCli([], { ...around, print: () => end() })
    await clock.settle()
    expect(await running).toBe(0)
    expect(clock.pendingTimers).toEqual([])
  })

  it('does not wait any longer when it is told to end twice', async () => {
    const running = runCli([], around)
    await clock.settle()
    end()
    end()
    expect(aborted).toBe(1)
    await running
  })

  it.each([
    [['--prot', '1'], /--prot/],
    [['--broker-port', 'x'], /--broker-port must be a whole number/],
    [['--nameserver-port', '70000'], /--nameserver-port must be/],
    [['--delay-levels', 'soon'], /soon/],
    [['--name', 'a b'], /name/],
    [['stray'], /stray.*see --help/],
    [['--store', ''], /--store must name a directory/],
    [['--flush', 'often'], /--flush must be async or sync, not "often"/],
    [['--file-size', '1t'], /--file-size must be a number of bytes, such as 67108864, 64m or 1g, not "1t"/],
    [['--file-size', '0'], /--file-size/],
    [['--file-size', '1'], /--file-size/],
    [['--memory', '--store', 'x'], /--store has no meaning with --memory/],
    [['--memory', '--flush', 'sync'], /--flush has no meaning with --memory/],
    [['--prot', '1'], /--prot.*see --help/]
  ])('refuses %j in one line', async (args, text) => {
    expect(await runCli(args, around)).toBe(1)
    expect(errors).toEqual([expect.stringMatching(text)])
  })

  it('says in one line that a port is taken', async () => {
    const running = runCli([], around)
    await clock.settle()
    expect(await runCli(['--broker-port', '0'], around)).toBe(1)
    expect(errors).toEqual([
      expect.stringMatching(/^rocketmq-ts-server: port 9876 on 127\.0\.0\.1 .*choose another --nameserver-port, or 0/)
    ])
    end()
    await running
  })
})

const SEND_HEADER = {
  producerGroup: 'shop',
  topic: 'orders',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 1,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 0,
  flag: 0,
  properties: ''
}

describe('the store of rocketmq-ts-server', () => {
  /** Runs the command, does something while it serves, and ends it. */
  async function whileServing(args: readonly string[], work: (client: RemotingClient) => Promise<unknown>): Promise<number> {
    const running = runCli(args, around)
    await clock.settle()
    const client = new RemotingClient({ clock, network })
    await work(client)
    await client.close()
    end()
    return running
  }

  const send = (client: RemotingClient): Promise<{ readonly code: number }> =>
    client.invoke('127.0.0.1:10911', RequestCode.SEND_MESSAGE_V2, SEND_HEADER, Buffer.from('x'), { timeoutMs: 60_000 })

  const stored = async (client: RemotingClient): Promise<number> =>
    (await client.invoke('127.0.0.1:10911', RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })).header.offset

  it.each([[[]], [['--flush', 'sync', '--file-size', '64m']]])('keeps everything from one run to the next (%j)', async (args) => {
    const counts: number[] = []
    for (let run = 0; run < 3; run++) {
      expect(
        await whileServing([...args, '--store', '/data/mq'], async (client) => {
          counts.push(await stored(client))
          expect((await send(client)).code).toBe(0)
        })
      ).toBe(0)
    }
    expect([counts, errors]).toEqual([[0, 1, 2], []])
    expect(lines[0]).toContain('store /data/mq')
    expect(files.stat('/data/mq/commitlog/00000000000000000000')?.bytes).toBe(args.length === 0 ? 1024 ** 3 : 64 * 1024 ** 2)
  })

  it('is gone with the command when it is in memory, and leaves nothing on the disk', async () => {
    for (let run = 0; run < 2; run++) {
      await whileServing(['--memory'], async (client) => {
        expect(await stored(client)).toBe(0)
        await send(client)
      })
    }
    expect(lines[1]).toContain('store in memory')
    expect(files.operations).toEqual([])
  })

  it.each<[string, RegExp, () => void]>([
    ['a disk that is read-only', /cannot be written/, () => (files.isReadOnly = true)],
    [
      'a broken document',
      /topics\.json/,
      () => {
        for (const copy of ['topics.json', 'topics.json.bak']) files.put(`/data/mq/config/${copy}`, Buffer.from('{"data'))
      }
    ],
    ['a file that is missing', /commit log cannot be opened/, () => files.put('/data/mq/commitlog/00000000000000000005', Buffer.alloc(1))]
  ])('says in one line that it cannot be opened because of %s', async (_what, text, spoil) => {
    await whileServing(['--store', '/data/mq'], send)
    spoil()
    expect(await runCli(['--store', '/data/mq'], around)).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-server: .*$/)])
    expect(errors[0]).toMatch(text)
  })

  it('says every two seconds how far a recovery is', async () => {
    const { storeOptions: options } = storeOptions({}, around, { onFailure: () => {} })
    const GIB = 1024 ** 3
    for (const done of [1, 2, 3, 4, 5]) {
      options?.onProgress?.({ doneBytes: done * GIB, totalBytes: 5 * GIB })
      await clock.advance(1000)
    }
    expect(lines).toEqual(['recovering the store: 3.0 of 5.0 GiB', 'recovering the store: 5.0 of 5.0 GiB'])
  })

  it('is served by one process at a time', async () => {
    const other = { ...around, files: files.seenBy({ pid: 7, startedAt: 'noon' }) }
    await whileServing(['--store', '/data/mq'], async () => {
      expect(await runCli(['--store', '/data/mq', '--nameserver-port', '0', '--broker-port', '0'], other)).toBe(1)
    })
    expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-server: process 1000 .*\/data\/mq.*$/)])
  })

  it('ends as a whole, with exit code 1 and a line that says why, when the disk is full at the end', async () => {
    const code = await whileServing(['--store', '/data/mq'], async (client) => {
      await send(client)
      files.failWhere(({ name, path }) => (name === 'write' && path.includes('/consumequeue/') ? 'ENOSPC' : undefined))
    })
    expect([code, errors.at(-1)]).toEqual([1, expect.stringMatching(/^rocketmq-ts-server: .*ENOSPC/)])
    // Its ports are free.
    expect(await whileServing(['--memory'], send)).toBe(0)
  })

  it('ends the command with exit code 1 and a line that says why when the disk fails', async () => {
    const running = runCli(['--store', '/data/mq', '--flush', 'sync'], around)
    await clock.settle()
    const client = new RemotingClient({ clock, network })
    files.failWhere(({ name, path }) => (name === 'sync' && path.includes('commitlog') ? 'EIO' : undefined))
    await send(client).catch(() => {})
    expect(await running).toBe(1)
    expect(errors.at(-1)).toMatch(/^rocketmq-ts-server: the store in \/data\/mq has stopped: .*EIO/)
    await client.close()
  })
})
