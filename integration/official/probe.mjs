/**
 * `node probe.mjs <version>`: finds out, as JSON on stdout, what can start the official release on this machine. A process of its own,
 * because Jest wants to know which tests there are before it lets anything asynchronous run.
 */
import { spawnSync } from 'node:child_process'
import { getContainerRuntimeClient, ImageName } from 'testcontainers'
import { libDirectory, verifiedJars } from '../../scripts/official.mjs'

const assembled = 'rocketmq-ts/official-jars'
const version = process.argv[2]

const container = await findContainer()
const jars = container.image === undefined ? findJars() : {}
const answer = container.image !== undefined ? { kind: 'container', image: container.image } : jars
console.log(
  JSON.stringify(
    answer.kind === undefined ? { kind: 'none', reason: `${container.reason}; ${jars.reason}` } : { reason: container.reason, ...answer }
  )
)

/** An image that is there before one that must be fetched. An image that was chosen is the only one asked for. */
async function findContainer() {
  const client = await getContainerRuntimeClient().catch((error) => ({ reason: `no container engine: ${error.message}` }))
  if (client.reason !== undefined) return client
  const chosen = process.env.ROCKETMQ_IMAGE?.replaceAll('<version>', version)
  const candidates = chosen ? [chosen] : [`apache/rocketmq:${version}`, `${assembled}:${version}`]
  for (const image of candidates) if (await client.image.exists(ImageName.fromString(image))) return { image }
  return pull(client, candidates[0])
}

async function pull(client, image) {
  if (image.startsWith(`${assembled}:`))
    return { reason: `image ${image} is not on the engine (node integration/official/build-image.mjs)` }
  console.error(`pulling ${image} …`)
  const failure = await client.image.pull(ImageName.fromString(image)).catch((error) => error)
  if (await client.image.exists(ImageName.fromString(image))) return { image }
  return { reason: `image ${image} could not be pulled: ${failure?.message ?? 'the pull did not bring it'}`.replace(/\s+/g, ' ') }
}

function findJars() {
  if (verifiedJars(version) === undefined) return { reason: 'no jars in .official (npm run official)' }
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const release = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  return release >= 11 ? { kind: 'jars', lib: libDirectory(version) } : { reason: 'no Java 11 or newer for the jars in .official' }
}
