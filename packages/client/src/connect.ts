import { Client } from './client'
import { type ClientOptions, resolveClientOptions } from './client-options'

/**
 * A client of the cluster that these nameservers know. Resolves when one of them has answered; from then on the client
 * recovers by itself, for ever, from whatever becomes of nameservers, brokers and the network.
 *
 * @throws OptionsError for options that can never work, NameserverUnreachableError naming each nameserver and its answer.
 */
export async function connect(options: ClientOptions): Promise<Client> {
  const client = new Client(resolveClientOptions(options))
  await client.prove()
  return client
}
