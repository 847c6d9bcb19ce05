import { BadRequestException, Body, Controller, Get, HttpCode, NotFoundException, Param, Post } from '@nestjs/common'
import { NotSentError, Producer } from '@rocketmq-ts/client'
import { Billing } from './billing.js'
import { type Order, Orders } from './orders.js'

@Controller('orders')
export class OrdersController {
  readonly #producer: Producer
  readonly #billing: Billing

  constructor(producer: Producer, billing: Billing) {
    this.#producer = producer
    this.#billing = billing
  }

  /** Accepted when a broker has it; the topic's schema says what an order is. */
  @Post()
  @HttpCode(202)
  async place(@Body() order: Order): Promise<{ readonly messageId: string }> {
    try {
      const { messageId } = await this.#producer.send(Orders, order, { tag: 'placed', keys: [order.id] })
      return { messageId }
    } catch (error) {
      if (error instanceof NotSentError && error.code === 'ENCODE_FAILED') throw new BadRequestException(error.message)
      throw error
    }
  }

  @Get(':id')
  billed(@Param('id') id: string): Order {
    const order = this.#billing.find(id)
    if (order === undefined) throw new NotFoundException(`order ${id} is not billed`)
    return order
  }
}
