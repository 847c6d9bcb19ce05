/** What of the engine's interface is needed to remove containers; Testcontainers' `dockerode` has it. */
export interface ContainerEngine {
  listContainers(options: {
    readonly all: boolean
    readonly filters: { readonly label: string[] }
  }): Promise<readonly { readonly Id: string }[]>
  getContainer(id: string): { remove(options: { readonly force: boolean; readonly v: boolean }): Promise<unknown> }
}

/** What a cluster has on an engine. */
export interface Belongings {
  readonly engine: ContainerEngine
  /** The value of {@link clusterLabel} on its containers. */
  readonly id: string
  /** Its own network; undefined on the host's. */
  readonly network: { stop(): Promise<unknown> } | undefined
}

/** The label that says to which cluster a container belongs. */
export const clusterLabel = 'rocketmq-ts.cluster'

/**
 * Removes all that belongs to the cluster, by its label: a start that failed between creating a container and starting it has left one
 * that nobody has a handle of.
 */
export async function removeAll({ engine, id, network }: Belongings): Promise<void> {
  const found = await engine.listContainers({ all: true, filters: { label: [`${clusterLabel}=${id}`] } })
  const removed = await Promise.allSettled(found.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })))
  const ended = await Promise.allSettled([network?.stop()])
  const failed = [...removed, ...ended].find((one) => one.status === 'rejected' && !isGone(one.reason))
  if (failed?.status === 'rejected') throw failed.reason
}

/** The engine's 404, no such container, and 409, its removal is under way: somebody else was as quick, Ryuk perhaps. */
function isGone(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return status === 404 || status === 409
}
