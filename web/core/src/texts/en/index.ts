import { common } from './common';
import { deploying } from './deploying';
import { lists } from './lists';
import { operating } from './operating';
import { signing } from './signing';

export const en = { ...common, ...signing, ...operating, ...deploying, ...lists };
