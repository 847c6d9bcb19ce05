import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.js'
import { placeOne } from './place-one.js'

const app = await NestFactory.create(AppModule)
app.enableShutdownHooks() // SIGTERM: consumers finish, then HTTP, then the client closes
await app.listen(Number(process.env['PORT'] ?? 3000), process.env['HOST'] ?? '127.0.0.1')
console.log(`listening on ${await app.getUrl()}`)

if (process.argv.includes('--once')) {
  await placeOne(await app.getUrl())
  await app.close()
}
