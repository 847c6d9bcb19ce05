import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { DiscoveryService } from '@nestjs/core'
import { Client, type PushConsumer } from '@rocketmq-ts/client'
import { Consumes, type MessageHandler } from './consumes.js'

/** Runs a push consumer for each provider that is decorated with `@Consumes`. */
@Injectable()
export class Consumers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #log = new Logger(Consumers.name)
  readonly #client: Client
  readonly #discovery: DiscoveryService
  readonly #running: PushConsumer[] = []

  constructor(client: Client, discovery: DiscoveryService) {
    this.#client = client
    this.#discovery = discovery
  }

  onApplicationBootstrap(): void {
    for (const provider of this.#discovery.getProviders({ metadataKey: Consumes.KEY })) {
      const options = this.#discovery.getMetadataByDecorator(Consumes, provider)
      const handler: MessageHandler<string> = provider.instance
      if (options === undefined) continue
      const consumer = this.#client.pushConsumer(options, (message, context) => handler.handle(message as never, context))
      consumer.events.on('handlerFailed', ({ message, error }) => this.#log.error(`${options.group} failed at ${message.messageId}`, error))
      consumer.done.catch((error: unknown) => this.#log.fatal(`${options.group} cannot consume`, error))
      this.#running.push(consumer)
    }
  }

  /** Before the HTTP server closes: nothing new is begun, what is under way is finished and may still send. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const left of await Promise.all(this.#running.map((consumer) => consumer.close({ timeoutMs: 10_000 }))))
      if (!left.isComplete) this.#log.warn(`left for the next: ${JSON.stringify(left)}`)
  }
}
