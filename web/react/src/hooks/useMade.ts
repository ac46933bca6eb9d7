import { useState } from 'react';

/** A model of this component, made once; give the component a key when it should be another. */
export const useMade = <M>(make: () => M): M => useState(make)[0];
