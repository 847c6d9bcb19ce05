import type { ContainerRuntimeClient } from 'testcontainers'
import { clusterLabel, type Ground } from './containers'

/**
 * Removes all that belongs to the cluster, by its label: a start that failed between creating a container and starting it has left one
 * that nobody has a handle of.
 */
export async function removeAll(client: ContainerRuntimeClient, { id, network }: Ground): Promise<void> {
  const { dockerode } = client.container
  const found = await dockerode.listContainers({ all: true, filters: { label: [`${clusterLabel}=${id}`] } })
  const removed = await Promise.allSettled(found.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true })))
  const ended = await Promise.allSettled([network?.stop()])
  const failed = [...removed, ...ended].find((one) => one.status === 'rejected' && !isGone(one.reason))
  if (failed?.status === 'rejected') throw failed.reason
}

/** The engine's 404, no such container, and 409, its removal is under way: somebody else was as quick, Ryuk perhaps. */
function isGone(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return status === 404 || status === 409
}
