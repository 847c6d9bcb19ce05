import { ConfigurableModuleBuilder, Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common'
import { DiscoveryModule } from '@nestjs/core'
import { Client, type ClientOptions, connect, Producer } from '@rocketmq-ts/client'
import { Consumers } from './consumers.js'

export interface RocketMQModuleOptions {
  readonly client: ClientOptions
  readonly producerGroup: string
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<RocketMQModuleOptions>()
  .setClassMethodName('forRoot')
  .build()

/**
 * One client for the application: `RocketMQModule.forRootAsync({ useFactory, inject })`. Inject `Client` and `Producer` wherever they
 * are needed; decorate handlers with `@Consumes`.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: Client, inject: [MODULE_OPTIONS_TOKEN], useFactory: ({ client }: RocketMQModuleOptions) => connect(client) },
    {
      provide: Producer,
      inject: [Client, MODULE_OPTIONS_TOKEN],
      useFactory: (client: Client, { producerGroup }: RocketMQModuleOptions) => client.producer({ group: producerGroup })
    },
    Consumers
  ],
  exports: [Client, Producer]
})
export class RocketMQModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  readonly #client: Client

  constructor(client: Client) {
    super()
    this.#client = client
  }

  /** After the HTTP server has closed: no request sends any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.#client.close({ timeoutMs: 5000 })
    new Logger(RocketMQModule.name).log('closed')
  }
}
