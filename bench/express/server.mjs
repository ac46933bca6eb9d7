// The peer: the same answer to the same question, made the usual way. The session is looked up in SQLite by the hash of
// its token, the environments are read from SQLite, and Express writes the JSON. /kept sends text that is kept in memory
// instead, after the same look at the session.
import { createHash } from "node:crypto";
import Database from "better-sqlite3";
import express from "express";

const [file, port] = process.argv.slice(2);
const database = new Database(file, { readonly: true });
const findSession = database.prepare("SELECT user FROM session WHERE token_hash = ? AND expires_at > ?");
const listEnvironments = database.prepare("SELECT * FROM environment ORDER BY name");
const listComponents = database.prepare("SELECT * FROM component ORDER BY environment, position");

const authenticate = (request, response, next) => {
  const [scheme, token] = (request.get("Authorization") ?? "").split(" ");
  const hash = createHash("sha256").update(token ?? "").digest("hex");
  if (scheme === "Bearer" && findSession.get(hash, Date.now())) return next();
  response.status(401).json({ title: "Unauthorized", detail: "log in first" });
};

const environments = () => {
  const componentsOf = Map.groupBy
    ? Map.groupBy(listComponents.all(), (row) => row.environment)
    : listComponents.all().reduce((map, row) => map.set(row.environment, [...(map.get(row.environment) ?? []), row]), new Map());
  const items = listEnvironments.all().map((row) => ({
    name: row.name, provider: row.provider, type: row.type, region: row.region, enabled: row.enabled === 1,
    target: row.target, health: row.health, observed_at: row.observed_at,
    components: (componentsOf.get(row.name) ?? []).map((part) => ({
      name: part.name, service: part.service, enabled: part.enabled === 1, version: part.version,
      replicas: { wanted: part.wanted, ready: part.ready }, traffic_address: part.traffic_address,
      health: part.health, reason: part.reason, deployment: part.deployment,
    })),
    seq: row.seq,
  }));
  return { items, next: null };
};

const kept = JSON.stringify(environments());
const app = express();
app.use(authenticate);
app.get("/api/environments", (request, response) => response.json(environments()));
app.get("/kept", (request, response) => response.type("json").send(kept));
app.listen(Number(port), "127.0.0.1");
