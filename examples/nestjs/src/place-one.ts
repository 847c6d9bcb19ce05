import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** Places an order over HTTP and waits until it is billed. */
export async function placeOne(url: string): Promise<void> {
  const order = { id: `order-${randomUUID()}`, totalCents: 4200 }
  const headers = { 'content-type': 'application/json' }
  const placed = await fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(order) })
  console.log(`placed ${order.id}: ${placed.status}`)
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const billed = await fetch(`${url}/orders/${order.id}`)
    if (billed.ok) return console.log(`found billed: ${JSON.stringify(await billed.json())}`)
    await pause(100)
  }
  throw new Error(`${order.id} was not billed within a minute`)
}
