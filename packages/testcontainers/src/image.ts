import { type ContainerRuntimeClient, ImageName } from 'testcontainers'
import { ImageUnavailableError } from './errors'
import type { RocketMQImage } from './started'

/** Images of this name are assembled on the machine that runs them: no registry has them, so none is asked. */
const locallyAssembled = 'rocketmq-ts/official-jars'

/** An image that is on the engine. */
export interface FoundImage {
  readonly name: string
  /** The release by the image itself, undefined when it does not tell. */
  readonly version: string | undefined
  /** What users are told of it. */
  readonly told: RocketMQImage
}

/** Makes sure that the image is on the engine, pulling it when it is not, and tells what it is. */
export async function ensureImage(client: ContainerRuntimeClient, name: string, platform?: string): Promise<FoundImage> {
  const image = ImageName.fromString(name)
  if (!(await client.image.exists(image))) await pull(client, image, name, platform)
  const inspected = await client.container.dockerode.getImage(name).inspect()
  const labels = inspected.Config.Labels ?? {}
  const told = Object.freeze({ name, id: inspected.Id, origin: originOf(name, labels), labels: Object.freeze({ ...labels }) })
  return { name, version: versionOf(inspected.Config.Env ?? []), told }
}

async function pull(client: ContainerRuntimeClient, image: ImageName, name: string, platform: string | undefined): Promise<void> {
  if (name.startsWith(`${locallyAssembled}:`)) {
    throw new ImageUnavailableError(
      name,
      'is not published: assemble it with `node integration/official/build-image.mjs` in a clone of rocketmq-ts'
    )
  }
  try {
    await client.image.pull(image, { force: false, platform })
  } catch (error) {
    throw new ImageUnavailableError(name, `could not be pulled: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  // A pull that breaks off midway ends like one that succeeds.
  if (!(await client.image.exists(image))) throw new ImageUnavailableError(name, 'the pull did not bring it')
}

/** Which of the images that run official jars this one is. */
export function originOf(name: string, labels: Readonly<Record<string, string>>): RocketMQImage['origin'] {
  if (labels['rocketmq-ts.origin'] === locallyAssembled) return locallyAssembled
  return /^(docker\.io\/)?apache\/rocketmq[:@]/.test(name) ? 'apache/rocketmq' : 'other'
}

/** The published image says its release in its environment. */
export function versionOf(environment: readonly string[]): string | undefined {
  const prefix = 'ROCKETMQ_VERSION='
  return environment.find((line) => line.startsWith(prefix))?.slice(prefix.length)
}
