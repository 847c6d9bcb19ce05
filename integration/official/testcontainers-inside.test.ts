import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { GenericContainer, getContainerRuntimeClient, Network, type StartedNetwork, Wait } from 'testcontainers'
import { meansFor, reportNotRun } from './availability'
import { judgeRestartMs } from './judges'

const root = resolve(__dirname, '..', '..')
const socket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')

/** A user's program, which a job of a CI system runs in a container that was given the engine's socket. */
const program = `
import { existsSync } from 'node:fs'
import { connect } from '@rocketmq-ts/client'
import { RocketMQContainer } from '@rocketmq-ts/testcontainers'
if (!existsSync('/.dockerenv')) throw new Error('not in a container')
const rocketmq = await new RocketMQContainer(process.argv[2]).withTopics({ orders: {} }).withNetworkMode('bridge').start()
const mq = await connect({ nameservers: rocketmq.nameservers })
const { status } = await mq.producer({ group: 'shop' }).send('orders', 'hello')
await mq.close()
await rocketmq.stop()
console.log(status, 'by', rocketmq.brokerAddress)
`

const means = meansFor('5.5.0')
const image = means.kind === 'container' ? means.image : ''
// The image lends its C libraries to this machine's Node.js: both must be of an age.
const canRun = image.startsWith('rocketmq-ts/') && existsSync(socket) && platform() === 'linux'
if (!canRun) reportNotRun('5.5.0', 'tests inside a container need the assembled image, Linux and the engine’s socket')

;(canRun ? describe : describe.skip)('a program in a container that has the engine’s socket', () => {
  const file = join(root, '.build', 'inside', 'program.mjs')
  let network: StartedNetwork | undefined

  beforeAll(async () => {
    process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, program)
    network = await new Network().start()
  }, judgeRestartMs)

  afterAll(() => network?.stop(), judgeRestartMs)

  it(
    'starts the official servers beside its own container, and reaches them by the gateway',
    async () => {
      if (network === undefined) throw new Error('no network')
      const gateway = await gatewayOf(network)
      const lines: string[] = []
      await new GenericContainer(image)
        .withUser('0')
        .withNetwork(network)
        .withBindMounts([
          { source: socket, target: '/var/run/docker.sock' },
          { source: realpathSync(process.execPath), target: '/usr/local/bin/node', mode: 'ro' },
          { source: root, target: '/clone', mode: 'ro' }
        ])
        .withEnvironment({ TESTCONTAINERS_RYUK_DISABLED: 'true', TESTCONTAINERS_HOST_OVERRIDE: gateway })
        .withCommand(['node', '/clone/.build/inside/program.mjs', image])
        .withLogConsumer((stream) => stream.on('data', (chunk) => lines.push(String(chunk))))
        .withWaitStrategy(Wait.forLogMessage('SEND_OK by'))
        .withStartupTimeout(120_000)
        .start()
        .then((container) => container.stop())
        .catch((error) => lines.push(String(error)))
      expect(lines.join('').trim()).toMatch(new RegExp(`^SEND_OK by ${gateway.replaceAll('.', '\\.')}:\\d+$`))
    },
    judgeRestartMs
  )
})

async function gatewayOf(network: StartedNetwork): Promise<string> {
  const { dockerode } = (await getContainerRuntimeClient()).container
  const { IPAM } = await dockerode.getNetwork(network.getId()).inspect()
  const gateway = IPAM?.Config?.[0]?.['Gateway']
  if (gateway === undefined) throw new Error('the network has no gateway')
  return gateway
}
