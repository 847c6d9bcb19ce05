import { type Client, defineTopic, json } from '@rocketmq-ts/client'

/** One sale at a till. */
export interface Sale {
  readonly product: string
  readonly cents: number
}

export const Sales = defineTopic('till-sales', json<Sale>())

const products: readonly Sale[] = [
  { product: 'tea', cents: 250 },
  { product: 'coffee', cents: 320 },
  { product: 'cake', cents: 410 }
]

/** Sends so many sales, a hundred at a time as one message batch each. */
export async function sendSales(mq: Client, count: number): Promise<void> {
  const producer = mq.producer({ group: 'tills' })
  for (let sent = 0; sent < count; sent += 100) {
    const sales = Array.from({ length: Math.min(100, count - sent) }, (_, at) => products[(sent + at) % products.length] as Sale)
    await producer.sendBatch(
      Sales,
      sales.map((value) => ({ value, tag: value.product }))
    )
  }
  await producer.close()
}
