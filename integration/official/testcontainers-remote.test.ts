import { existsSync } from 'node:fs'
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { platform } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { type StartedRocketMQ, startRocketMQ } from '@rocketmq-ts/testcontainers'
import { meansFor, reportNotRun } from './availability'
import { judgeRestartMs } from './judges'

/** An address of this machine that is not the usual one; as good as another machine's, for what decides by addresses. */
const machine = '127.0.0.2'
const socket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')

const means = meansFor('5.5.0')
const canRun = means.kind === 'container' && existsSync(socket) && platform() === 'linux'
if (!canRun) reportNotRun('5.5.0', 'an engine behind TCP needs Linux and an engine behind a socket to stand in for it')
const image = means.kind === 'container' ? means.image : ''

// Testcontainers looks for its engine once per test file: this one must have no other test in it.
;(canRun ? describe : describe.skip)('an engine that DOCKER_HOST says is on another machine', () => {
  const connections = new Set<Socket>()
  let relay: Server
  let rocketmq: StartedRocketMQ | undefined

  beforeAll(async () => {
    relay = createServer({ allowHalfOpen: true }, (incoming) => {
      const engine = createConnection({ path: socket, allowHalfOpen: true })
      for (const one of [incoming, engine]) connections.add(one.on('error', () => one.destroy()))
      incoming.pipe(engine).pipe(incoming)
    })
    await new Promise<void>((resolve) => relay.listen(0, machine, resolve))
    process.env['DOCKER_HOST'] = `tcp://${machine}:${(relay.address() as AddressInfo).port}`
    delete process.env['TESTCONTAINERS_HOST_OVERRIDE']
    if (image.startsWith('rocketmq-ts/')) process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
  })

  afterAll(async () => {
    await rocketmq?.stop()
    for (const one of connections) one.destroy()
    await new Promise((resolve) => relay.close(resolve))
  }, judgeRestartMs)

  it(
    'gets brokers that advertise the address of that machine, and clients reach them by it',
    async () => {
      rocketmq = await startRocketMQ({ image, network: 'bridge', topics: { orders: { queues: 1 } } })
      expect(connections.size).toBeGreaterThan(0)
      expect([rocketmq.nameservers, rocketmq.brokerAddress]).toEqual([
        expect.stringMatching(/^127\.0\.0\.2:/),
        expect.stringMatching(/^127\.0\.0\.2:/)
      ])
      await using mq = await connect({ nameservers: rocketmq.nameservers })
      expect((await mq.producer({ group: 'shop' }).send('orders', 'hello')).status).toBe('SEND_OK')
    },
    judgeRestartMs
  )
})
