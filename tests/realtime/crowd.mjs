// crowd.mjs <address> <token> <count>: many clients in one process that follow "admin" with a cursor. "report" on stdin
// prints how many follow, how many events the one with the fewest and the most got since "begin", and the gaps seen.
import { createInterface } from 'node:readline'
import { Manager } from 'socket.io-client'

const [address, token, count] = process.argv.slice(2)

class Client {
  seq = null
  events = 0
  gaps = 0
  following = false
  last = new Map()

  constructor() {
    const manager = new Manager(address, { transports: ['websocket'], reconnectionDelay: 500, reconnectionDelayMax: 3000, forceNew: true })
    this.socket = manager.socket('/', { auth: { token } })
    this.socket.on('connect', () => this.subscribe())
    this.socket.on('disconnect', () => (this.following = false))
    this.socket.onAny((_name, event) => this.take(event))
  }

  subscribe() {
    const wish = this.seq === null ? { topic: 'admin' } : { topic: 'admin', after: this.seq }
    this.socket.emit('subscribe', { topics: [wish] }, ({ accepted }) => {
      this.following = accepted.length === 1
      if (this.seq === null) this.seq = accepted[0].seq
    })
  }

  take(event) {
    if (!event.seq || this.seq === null || event.seq <= this.seq) return
    const before = this.last.get(event.topic)
    if (before !== undefined && event.prev_seq > before) this.gaps += 1
    this.last.set(event.topic, event.seq)
    this.seq = event.seq
    this.events += 1
  }
}

const clients = Array.from({ length: Number(count) }, () => new Client())
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'begin') return clients.forEach((client) => (client.events = 0))
  const of = (pick) => clients.map(pick)
  console.log(
    JSON.stringify({
      following: clients.filter((client) => client.following).length,
      at_least: Math.min(...of((client) => client.seq ?? 0)),
      fewest: Math.min(...of((client) => client.events)),
      most: Math.max(...of((client) => client.events)),
      gaps: of((client) => client.gaps).reduce((a, b) => a + b, 0),
    }),
  )
})
