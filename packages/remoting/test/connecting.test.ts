import { afterEach, describe, expect, it } from '@jest/globals'
import { type Held, held, RemotingConnectError, RemotingConnectionLostError, RemotingTimeoutError, type ServerRequest } from '../src/index'
import { RequestCode, ResponseCode } from '../src/wire/index'
import { ADDRESS, makePair, outcomeOf, type PairOptions } from './remoting-pair'
import { answerOffset, offsetHeader } from './requests'

const { GET_MAX_OFFSET } = RequestCode

describe('the connections of a remoting client', () => {
  let stop: () => Promise<void> = async () => {}

  const start = async (options: PairOptions = {}) => {
    const pair = makePair(options)
    const closed: Array<readonly [string, string | undefined]> = []
    pair.client.onConnectionClosed((address, error) => void closed.push([address, error?.reason]))
    pair.server.register(GET_MAX_OFFSET, answerOffset)
    const listening = pair.server.listen()
    const servers = [pair.server]
    /** Another server on the same port, as after a restart. */
    const startAgain = async () => {
      const server = pair.newServer()
      servers.push(server)
      server.register(GET_MAX_OFFSET, answerOffset)
      await server.listen()
      return server
    }
    const ask = (options: { timeoutMs?: number; address?: string } = {}) =>
      outcomeOf(
        pair.client.invoke(options.address ?? ADDRESS, GET_MAX_OFFSET, offsetHeader(1), undefined, { timeoutMs: options.timeoutMs ?? 3000 })
      )
    stop = async () => {
      const closing = Promise.all([pair.client.close(), ...servers.map((server) => server.close())])
      await pair.clock.advance(10_000)
      await closing
      expect(pair.clock.pendingTimers).toEqual([])
    }
    await listening
    return { ...pair, closed, startAgain, ask }
  }

  afterEach(() => stop())

  it('name the address, and what was tried, when there is nobody', async () => {
    const { clock, ask } = await start({ client: { addressOrigin: (address) => `advertised by ${address.replace(/:.*/, '')}` } })
    const outcome = ask({ address: '127.0.0.1:9' })
    await clock.settle()
    expect(outcome.error).toBeInstanceOf(RemotingConnectError)
    expect(outcome.error).toMatchObject({
      code: 'CONNECT_FAILED',
      sent: 'no',
      retriable: true,
      address: '127.0.0.1:9',
      cause: { code: 'CONNECT_FAILED' }
    })
    expect(String(outcome.error)).toMatch(/no connection to 127\.0\.0\.1:9 \(advertised by 127\.0\.0\.1\): .*ECONNREFUSED/)
  })

  it('go where the address map says, and name both addresses', async () => {
    const { clock, client, ask } = await start({
      client: { addressMap: { '172.17.0.3:10911': ADDRESS, '172.17.0.4:10911': '127.0.0.1:9' } }
    })
    const reached = ask({ address: '172.17.0.3:10911' })
    const missed = ask({ address: '172.17.0.4:10911' })
    const bad = ask({ address: 'no address' })
    await clock.settle()
    expect(reached.value).toMatchObject({ address: '172.17.0.3:10911', code: 0 })
    expect(String(missed.error)).toContain('172.17.0.4:10911 (mapped to 127.0.0.1:9)')
    expect(String(bad.error)).toContain('an address is host:port')
    expect(client.connections().map(({ state }) => state)).toEqual(['open', 'failed', 'failed'])
  })

  it('fail fast while a server that could not be reached is left alone, for longer each time, and try again after', async () => {
    const { clock, network, client, ask } = await start({ client: { reconnectPauseMs: 100, maxReconnectPauseMs: 1000 } })
    const accept = network.refuse({ host: '127.0.0.1', port: 10911 })
    const pauses: number[] = []
    for (let attempt = 1; attempt <= 6; attempt++) {
      const outcome = ask()
      await clock.settle()
      expect(outcome.error).toBeInstanceOf(RemotingConnectError)
      const [state] = client.connections()
      expect(state).toMatchObject({ state: 'failed', failures: attempt })
      const retryInMs = state?.retryInMs ?? 0
      pauses.push(retryInMs)
      const tooSoon = ask()
      await clock.settle()
      expect(tooSoon.error).toMatchObject({ code: 'CONNECT_FAILED', facts: { failures: attempt, retryInMs: Math.ceil(retryInMs) } })
      await clock.advance(retryInMs)
    }
    pauses.forEach((pause, index) => {
      const longest = Math.min(1000, 100 * 2 ** index)
      expect(pause).toBeGreaterThanOrEqual(longest / 2)
      expect(pause).toBeLessThanOrEqual(longest)
    })
    accept()
    const outcome = ask()
    await clock.settle()
    expect(outcome.value?.header.offset).toBe(1001)
    expect(client.connections()).toMatchObject([{ state: 'open', failures: 0, retryInMs: 0 }])
  })

  it('give up connecting in time, and requests that have less time before that', async () => {
    const { clock, network, ask } = await start({ client: { connectTimeoutMs: 2000 } })
    network.ignore({ host: '127.0.0.1', port: 10911 })
    const [patient, hasty] = [ask({ timeoutMs: 5000 }), ask({ timeoutMs: 500 })]
    await clock.advance(600)
    expect(hasty.error).toBeInstanceOf(RemotingTimeoutError)
    expect(hasty.error).toMatchObject({ sent: 'no' })
    expect(patient.isSettled).toBe(false)
    await clock.advance(1400)
    expect(patient.error).toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'CONNECT_TIMEOUT' } })
  })

  it('are made again by the next request after they were lost, and what was under way has an unknown outcome', async () => {
    const { clock, network, server, client, closed, ask } = await start()
    server.register(RequestCode.GET_MIN_OFFSET, () => held)
    const under = outcomeOf(client.invoke(ADDRESS, RequestCode.GET_MIN_OFFSET, offsetHeader(1)))
    await clock.settle()
    network.links()[0]?.cut()
    await clock.settle()
    expect(under.error).toBeInstanceOf(RemotingConnectionLostError)
    expect(under.error).toMatchObject({
      code: 'CONNECTION_LOST',
      sent: 'unknown',
      address: ADDRESS,
      cause: { reason: 'connection-failed' }
    })
    expect(closed).toEqual([[ADDRESS, 'connection-failed']])
    const next = ask()
    await clock.settle()
    expect(next.value?.code).toBe(ResponseCode.SUCCESS)
    client.disconnect(ADDRESS)
    client.disconnect('127.0.0.1:1')
    await clock.settle()
    expect(closed).toHaveLength(2)
    expect(closed[1]).toEqual([ADDRESS, undefined])
  })

  it('survive a restart of the server', async () => {
    const { clock, server, startAgain, ask, closed } = await start()
    const first = ask()
    await clock.settle()
    await server.close()
    const between = ask()
    await clock.settle()
    await startAgain()
    await clock.advance(200)
    const after = ask()
    await clock.settle()
    expect(first.value?.code).toBe(ResponseCode.SUCCESS)
    expect(between.error).toBeInstanceOf(RemotingConnectError)
    expect(after.value?.code).toBe(ResponseCode.SUCCESS)
    expect(closed).toEqual([[ADDRESS, 'closed-by-peer']])
  })

  it('are replaced when the peer has vanished: after three timeouts in a row with nothing received', async () => {
    const { clock, network, startAgain, server, closed, ask } = await start()
    ask()
    await clock.settle()
    network.links()[0]?.vanish('server')
    await server.close()
    await startAgain()
    for (let i = 0; i < 3; i++) {
      expect(closed).toEqual([])
      const outcomes = [ask({ timeoutMs: 1000 }), ask({ timeoutMs: 1000 }), ask({ timeoutMs: 1000 }), ask({ timeoutMs: 1000 })]
      await clock.advance(1100)
      expect(outcomes.every(({ error }) => error instanceof RemotingTimeoutError)).toBe(true)
    }
    expect(closed).toEqual([[ADDRESS, 'peer-not-answering']])
    const next = ask()
    await clock.settle()
    expect(next.value?.code).toBe(ResponseCode.SUCCESS)
  })

  it('are kept while anything is received, however many requests time out', async () => {
    const { clock, client, server, closed, ask } = await start()
    server.register(RequestCode.GET_MIN_OFFSET, () => held)
    for (let i = 0; i < 8; i++) {
      const slow = outcomeOf(client.invoke(ADDRESS, RequestCode.GET_MIN_OFFSET, offsetHeader(1), undefined, { timeoutMs: 1000 }))
      const quick = ask()
      await clock.advance(1100)
      expect(slow.error).toBeInstanceOf(RemotingTimeoutError)
      expect(quick.value?.code).toBe(ResponseCode.SUCCESS)
    }
    expect(closed).toEqual([])
  })

  it('move on when the server goes away: what it refused is asked again once, what it holds is waited for', async () => {
    const { clock, network, client, server, startAgain } = await start({ client: { version: 513 } })
    const waiting: ServerRequest<typeof RequestCode.GET_MIN_OFFSET>[] = []
    const hold = (request: ServerRequest<typeof RequestCode.GET_MIN_OFFSET>): Held => {
      waiting.push(request)
      return held
    }
    server.register(RequestCode.GET_MIN_OFFSET, hold)
    const long = outcomeOf(client.invoke(ADDRESS, RequestCode.GET_MIN_OFFSET, offsetHeader(1)))
    await clock.settle()
    const closing = server.close()
    await clock.settle()
    await startAgain()
    const refused = outcomeOf(client.invoke(ADDRESS, GET_MAX_OFFSET, offsetHeader(7)))
    await clock.settle()
    expect(refused.value?.header.offset).toBe(1007)
    expect(long.isSettled).toBe(false)
    expect(network.links()).toHaveLength(2)
    waiting[0]?.answer({ code: ResponseCode.SUCCESS, header: { offset: 5 } })
    await closing
    await clock.settle()
    expect(long.value?.header.offset).toBe(5)
    expect(network.links()).toHaveLength(1)
    expect(client.connections()).toMatchObject([{ state: 'open' }])
  })

  it('report a second GO_AWAY instead of going round in circles', async () => {
    const { clock, client, server } = await start({ client: { version: 513 } })
    let asked = 0
    server.register(RequestCode.GET_MIN_OFFSET, () => {
      asked++
      return { code: ResponseCode.GO_AWAY }
    })
    const outcome = outcomeOf(client.invoke(ADDRESS, RequestCode.GET_MIN_OFFSET, offsetHeader(1)))
    await clock.settle()
    expect(outcome.value?.code).toBe(ResponseCode.GO_AWAY)
    expect(asked).toBe(2)
  })

  it('are forgotten when many addresses have come and gone', async () => {
    const { clock, client, network, ask } = await start()
    for (let port = 20_000; port < 20_600; port++) {
      ask({ address: `127.0.0.1:${port}` })
      if (port % 50 === 0) await clock.advance(5000)
    }
    await clock.advance(5000)
    expect(client.connections().length).toBeLessThan(400)
    expect(network.links()).toEqual([])
  })

  it('do not fail because a listener does', async () => {
    const { clock, client, network, clientLines, ask, closed } = await start()
    client.onConnectionClosed(() => {
      throw new Error('broken listener')
    })
    const stopListening = client.onConnectionClosed((address) => void closed.push([address, 'second']))
    ask()
    await clock.settle()
    network.links()[0]?.cut()
    await clock.settle()
    expect(closed).toEqual([
      [ADDRESS, 'connection-failed'],
      [ADDRESS, 'second']
    ])
    expect(clientLines.all.filter(([level]) => level === 'error')).toMatchObject([
      ['error', 'a listener for closed connections failed', { address: ADDRESS }]
    ])
    stopListening()
  })
})
