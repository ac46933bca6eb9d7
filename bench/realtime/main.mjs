// Measures the npm server and $REALTIME_ECHO_PROGRAM in one run, turn by turn, and prints a table with the ratios.
import {parseArgs} from 'node:util';
import {delivery, memory} from './measure.mjs';
import {oracleCommand} from './server.mjs';

const {values: flags} = parseArgs({
    options: {
        clients: {type: 'string', default: '1000'},       // in the room
        events: {type: 'string', default: '300'},         // sent to the room as fast as they are taken
        bytes: {type: 'string', default: '200'},          // of text in each
        rate: {type: 'string', default: '20'},            // events a second, for the latency
        seconds: {type: 'string', default: '5'},          // of that
        idle: {type: 'string', default: '1000,10000'},    // clients, for the memory
        rounds: {type: 'string', default: '3'},           // of everything but the largest `idle`; the median counts
        memory: {type: 'boolean', default: false},        // nothing but the memory: a busy machine does not change it
        json: {type: 'boolean', default: false},          // medians for a program: {row: {server: value, better}}
    },
});
const {idle: idleCounts, memory: onlyMemory, json, ...plain} = flags;
const numbers = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, Number(value)]));
const idle = idleCounts.split(',').filter(Boolean).map(Number);
const servers = [['npm', oracleCommand]];
if (process.env.REALTIME_ECHO_PROGRAM) servers.push(['realtime-echo', process.env.REALTIME_ECHO_PROGRAM]);

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rows = new Map();  // name of the row: {name of the server: values of the rounds}
const note = (row, server, value) => {
    if (!rows.has(row)) rows.set(row, {});
    (rows.get(row)[server] ??= []).push(value);
};

for (let round = 0; round < numbers.rounds; round++) {
    for (const [name, command] of servers) {
        if (!onlyMemory) {
            const {cpu, rate, median: middle, high} = await delivery(command, numbers);
            note('CPU for a delivered event, us', name, cpu);
            note('delivered events a second, at most', name, rate);
            note(`latency at ${numbers.rate} events a second, median, ms`, name, middle);
            note('latency, 99th percentile, ms', name, high);
        }
        for (const count of idle) {
            if (round > 0 && count === Math.max(...idle) && idle.length > 1) continue;
            note(`memory of an idle client, of ${count}, KiB`, name, await memory(command, count) / 1024);
        }
        console.error(`round ${round + 1}: ${name} done`);
    }
}

if (json) {
    const said = Object.fromEntries([...rows].map(([row, values]) => {
        const each = servers.map(([name]) => median(values[name]));
        return [row, {...Object.fromEntries(servers.map(([name], i) => [name, each[i]])), better: Number(better(row, each))}];
    }));
    console.log(JSON.stringify(said));
} else {
    printTable();
}

function printTable() {
    console.log(`${numbers.clients} WebSocket clients in a room, ${numbers.bytes} bytes of text in an event, ${numbers.rounds} rounds\n`);
    console.log(['what'.padEnd(52), ...servers.map(([name]) => name.padStart(14)), ...(servers.length > 1 ? ['times better'.padStart(14)] : [])].join(''));
    for (const [row, values] of rows) {
        const medians = servers.map(([name]) => median(values[name]));
        console.log([row.padEnd(52), ...medians.map((value) => shown(value).padStart(14)),
            ...(servers.length > 1 ? [better(row, medians).padStart(14)] : [])].join(''));
    }
}

// Of everything but the rate less is better.
function better(row, [npm, ours]) {
    return (row.startsWith('delivered') ? ours / npm : npm / ours).toFixed(2);
}

function shown(value) {
    return value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
