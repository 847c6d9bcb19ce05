import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type CliSurroundings, runCli } from '../src/cli/run-cli'

let clock: ManualClock
let network: MemoryNetwork
let lines: string[]
let errors: string[]
let end: () => void
let aborted: number
let around: CliSurroundings

beforeEach(() => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
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
    clock,
    network
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
    expect(lines).toEqual([expect.stringContaining('nameserver 127.0.0.1:19876   broker mq.example:20911')])
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
