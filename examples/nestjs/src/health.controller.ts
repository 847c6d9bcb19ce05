import { Controller, Get, ServiceUnavailableException } from '@nestjs/common'
import { Client } from '@rocketmq-ts/client'

@Controller('health')
export class HealthController {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  /** 200 while every consumer reads, else 503. */
  @Get()
  health() {
    const { state, consumers } = this.#client.health()
    const health = { state, consumers: consumers.map(({ group, state, handlers }) => ({ group, state, handlers })) }
    if (state === 'open' && consumers.every((consumer) => consumer.state === 'running')) return health
    throw new ServiceUnavailableException(health)
  }
}
