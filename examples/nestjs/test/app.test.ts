import 'reflect-metadata'
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { Client } from '@rocketmq-ts/client'
import { type Cluster, startCluster } from '@rocketmq-ts/testing'
import { AppModule } from '../src/app.module.js'

describe('the application', () => {
  let cluster: Cluster
  let app: INestApplication
  let url: string

  before(async () => {
    cluster = await startCluster({ topics: { 'nest-orders': { queues: 4 } } })
    // The application as it is; only its client talks to the cluster inside this test.
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(Client)
      .useFactory({ factory: () => cluster.connect() })
      .compile()
    app = module.createNestApplication({ logger: ['error', 'fatal'] })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    await cluster.settle()
  })

  after(async () => {
    await cluster?.drive(app?.close())
    await cluster?.close()
  })

  it('bills an order that is placed', async () => {
    const placed = await post({ id: 'o-1', totalCents: 4200 })
    assert.equal(placed.status, 202)
    await cluster.expectDelivered('nest-billing', { key: 'o-1' })
    const billed = await fetch(`${url}/orders/o-1`)
    assert.deepEqual(await billed.json(), { id: 'o-1', totalCents: 4200 })
  })

  it('refuses what is no order', async () => {
    assert.equal((await post({ id: '', totalCents: 4200 })).status, 400)
  })

  it('leaves an order that is too large to a person', async () => {
    await post({ id: 'o-2', totalCents: 1_000_001 })
    await cluster.expectDeadLetter('nest-billing', { key: 'o-2' })
    assert.equal((await fetch(`${url}/orders/o-2`)).status, 404)
  })

  it('is well while its consumers read, and not while the broker is away', async () => {
    assert.equal((await fetch(`${url}/health`)).status, 200)
    await cluster.stopBroker()
    await cluster.advance(5000)
    assert.equal((await fetch(`${url}/health`)).status, 503)
    await cluster.startBroker()
    await cluster.advance(60_000)
    assert.equal((await fetch(`${url}/health`)).status, 200)
  })

  function post(order: unknown): Promise<Response> {
    return fetch(`${url}/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) })
  }
})
