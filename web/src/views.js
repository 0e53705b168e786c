/* views.js - every view, in the order of the navigation. */
import { isOneFile } from './onefile.js';
import { overviewView } from './view_overview.js';
import { exploreView } from './view_explore.js';
import { processesView } from './view_processes.js';
import { anomaliesView } from './view_anomalies.js';
import { forecastsView } from './view_forecasts.js';
import { statesView } from './view_states.js';
import { sensorsView } from './view_sensors.js';
import { sessionsView } from './view_sessions.js';
import { compareView } from './view_compare.js';
import { eventsView } from './view_events.js';
import { alertsView } from './view_alerts.js';
import { analysisView } from './view_analysis.js';
import { chatView } from './view_chat.js';
import { policyView } from './view_policy.js';
import { settingsView } from './view_settings.js';

/**
 * name stands in the address, letter behind g; inFile: a report file holds what it shows.
 * @type {{name: string, title: string, letter: string, make: () => import('./state.js').View, inFile: boolean}[]}
 */
export const VIEWS = [
  { name: 'overview', title: 'Overview', letter: 'o', make: overviewView, inFile: true },
  { name: 'explore', title: 'Explore', letter: 'e', make: exploreView, inFile: true },
  { name: 'processes', title: 'Processes', letter: 'p', make: processesView, inFile: true },
  { name: 'anomalies', title: 'Anomalies', letter: 'a', make: anomaliesView, inFile: true },
  { name: 'forecasts', title: 'Forecasts', letter: 'f', make: forecastsView, inFile: true },
  { name: 'states', title: 'States', letter: 's', make: statesView, inFile: true },
  { name: 'sensors', title: 'Sensors', letter: 't', make: sensorsView, inFile: true },
  { name: 'sessions', title: 'Sessions', letter: 'l', make: sessionsView, inFile: false },
  { name: 'compare', title: 'Compare', letter: 'c', make: compareView, inFile: false },
  { name: 'events', title: 'Events', letter: 'v', make: eventsView, inFile: true },
  { name: 'alerts', title: 'Alerts', letter: 'r', make: alertsView, inFile: false },
  { name: 'analysis', title: 'Analysis', letter: 'y', make: analysisView, inFile: true },
  { name: 'chat', title: 'Chat', letter: 'h', make: chatView, inFile: false },
  { name: 'policy', title: 'Policy', letter: 'i', make: policyView, inFile: false },
  { name: 'settings', title: 'Settings', letter: 'u', make: settingsView, inFile: false },
];

/** Those of this page. */
export const VIEWS_HERE = VIEWS.filter(({ inFile }) => inFile || !isOneFile);
