import { Module } from '@nestjs/common'
import { HealthController } from './health.controller.js'
import { BillingHandler } from './orders/billing.handler.js'
import { Billing } from './orders/billing.js'
import { OrdersController } from './orders/orders.controller.js'
import { RocketMQModule } from './rocketmq/rocketmq.module.js'

@Module({
  imports: [
    RocketMQModule.forRootAsync({
      useFactory: () => ({
        client: { nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' },
        producerGroup: 'nest-shop'
      })
    })
  ],
  controllers: [OrdersController, HealthController],
  providers: [Billing, BillingHandler]
})
export class AppModule {}
