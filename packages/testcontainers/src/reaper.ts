import { ReaperUnavailableError } from './errors'

/**
 * Starts Ryuk, which removes the containers of test processes that were killed, unless Testcontainers is told not to. The first container
 * would do it too, but then Ryuk's failure would look like ours. `start` is Testcontainers' own function; version 10 does not have it, and
 * leaves Ryuk to the first container.
 *
 * Throws {@link ReaperUnavailableError}.
 */
export async function ensureReaper<Client>(client: Client, start: ((client: Client) => Promise<unknown>) | undefined): Promise<void> {
  try {
    await start?.(client)
  } catch (error) {
    throw new ReaperUnavailableError(error)
  }
}
