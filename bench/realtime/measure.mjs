// What is measured of one server: its process is watched from outside, by /proc.
import {readFileSync} from 'node:fs';
import {performance} from 'node:perf_hooks';
import {setTimeout as pause} from 'node:timers/promises';
import {RawClients} from './raw_clients.mjs';
import {startServer} from './server.mjs';

const ticksPerSecond = 100;  // of the times in /proc: USER_HZ, the same on every Linux that Node runs on

function cpuSeconds(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;  // utime and stime
}

function residentBytes(pid) {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) * 1024;
}

async function withServer(command, work) {
    const server = await startServer({'ping-interval': 25000, 'ping-timeout': 60000}, command);
    const clients = new RawClients(server);
    try {
        return await work(server, clients);
    } finally {
        clients.end();
        await server.stop();
    }
}

async function arrived(clients, count, limit = 60000) {
    const end = performance.now() + limit;
    while (clients.delivered < count) {
        if (clients.closed > 0) throw new Error(`${clients.closed} connections were closed`);
        if (performance.now() > end) throw new Error(`${count - clients.delivered} of ${count} events did not arrive`);
        await new Promise(setImmediate);
    }
}

// Bytes of resident memory for each idle client. The memory that a server needs anyway is taken off: it has seen a
// hundred clients before the first reading.
export async function memory(command, count) {
    return withServer(command, async (server, clients) => {
        const warm = new RawClients(server);
        await warm.grow(100);
        warm.end();
        await pause(1000);
        const before = residentBytes(server.pid);
        await clients.grow(count);
        await pause(2000);  // until what connecting needed has been given back
        return (residentBytes(server.pid) - before) / count;
    });
}

// A speaker that is not in the room sends events to the others. {cpu, rate, median, high}: microseconds of the server's
// CPU for each delivered event, delivered events a second when it is given as much as it takes, and milliseconds from
// sending to delivery at a fixed rate (median and 99th percentile).
export async function delivery(command, {clients: count, events, bytes, rate, seconds}) {
    return withServer(command, async (server, clients) => {
        await clients.grow(1);
        await clients.grow(count + 1, 'all');
        const filling = 'x'.repeat(bytes);
        const speak = () => clients.send(`42["broadcast","all",{"sent":${performance.now()},"text":"${filling}"}]`);

        let sent = 0;
        const burst = async (more) => {
            for (const last = sent + more; sent < last; sent++) {
                speak();
                await arrived(clients, (sent - 4) * count);  // at most five under way: no queue is measured
            }
            await arrived(clients, sent * count);
        };
        await burst(Math.ceil(events / 10));  // warm
        const cpu = cpuSeconds(server.pid);
        const start = performance.now();
        await burst(events);
        const wall = (performance.now() - start) / 1000;
        const used = cpuSeconds(server.pid) - cpu;

        clients.latencies.length = 0;
        const beat = performance.now();
        for (let n = 1; n <= rate * seconds; n++, sent++) {
            await pause(Math.max(0, beat + n * 1000 / rate - performance.now()));
            speak();
        }
        await arrived(clients, sent * count);
        const latencies = Float64Array.from(clients.latencies).sort();
        return {
            cpu: used * 1e6 / (events * count), rate: events * count / wall,
            median: latencies[latencies.length >> 1], high: latencies[Math.floor(latencies.length * 0.99)],
        };
    });
}
