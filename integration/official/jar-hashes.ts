import type { StartedRocketMQ } from '@rocketmq-ts/testcontainers'
import { GenericContainer } from 'testcontainers'

const label = 'rocketmq-ts.jar.'

/** File name → SHA-256 of every RocketMQ jar that the image says it holds; empty for an image that says nothing. */
export function labelledJars(image: StartedRocketMQ['image']): ReadonlyMap<string, string> {
  const labels = Object.entries(image.labels).filter(([name]) => name.startsWith(label))
  return new Map(labels.map(([name, hash]): [string, string] => [name.slice(label.length), hash]).sort())
}

/** The same, computed inside a container of the image. */
export async function computedJars(image: StartedRocketMQ['image']): Promise<ReadonlyMap<string, string>> {
  const container = await new GenericContainer(image.name).withNetworkMode('none').withCommand(['sleep', '600']).start()
  try {
    const { output } = await container.exec(['sh', '-c', 'cd ../lib && sha256sum rocketmq-*.jar'])
    const lines = [...output.matchAll(/^([0-9a-f]{64}) [ *](\S+)$/gm)]
    return new Map(lines.map(([, hash = '', name = '']): [string, string] => [name, hash]).sort())
  } finally {
    await container.stop()
  }
}
