// What a site declares, and the versions that lie there to be deployed.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of its answers, how many in a hundred are failures: 1.2.0 is the bad one. */
const versions: Record<string, number> = { '1.0.0': 0, '1.1.0': 0, '1.2.0': 20, '1.3.0': 0 };

/** A name as long as names may be, with no place to break it. */
export const longestVersion = `9.${'x'.repeat(126)}`;

export function writeVersions(folder: string, program: string): void {
  for (const [version, errors] of Object.entries({ ...versions, [longestVersion]: 0 })) {
    const place = join(folder, 'opt', version);
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, 'svc'),
      `#!/bin/sh\nexec ${program} demo-service --version ${version} --error-percent ${errors} "$@"\n`,
    );
    chmodSync(join(place, 'svc'), 0o755);
  }
}

export const sampleEnvironments = `
  - name: azure-west
    provider: azure
    type: cloud
    region: westeurope
    target: sample
    components: [{name: rpc, service: besu}]
  - name: aws-east
    provider: aws
    type: cloud
    region: us-east-1
    target: sample
    components: [{name: gateway, service: firefly}]
`;

export function demoEnvironment(listen: string): string {
  return `
  - name: demo
    provider: on-premises
    type: hci
    region: local
    enabled: true
    target: {host: {haproxy: managed}}
    components:
      - name: web
        service: http
        enabled: true
        workload: {command: ["opt/{version}/svc", "--port", "{port}"], artifact: "opt/{version}/svc", replicas: 2, stop_timeout: 10s}
        traffic: {listen: "${listen}", health: /healthz}
        strategy: {weights_percent: [25, 50, 100], bake: 1s, settle: 200ms, watch: 500ms}
        judge: {min_requests: 5, margin_percent: 10, max_wait: 20s, on_no_data: promote}
`;
}
