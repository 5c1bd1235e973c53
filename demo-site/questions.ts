/** Ready-made questions: what the button says, and what DuckDB is asked. */
export const questions: readonly (readonly [label: string, sql: string])[] = [
  [
    'Sea by latitude',
    `SELECT floor(lat / 10)::INT * 10 || '° to ' || (floor(lat / 10)::INT * 10 + 10) || '°' AS latitude,
       round(100 * sum(km2 * sea) / sum(km2), 1)::DOUBLE AS percent_sea
FROM cells
GROUP BY floor(lat / 10)
ORDER BY floor(lat / 10) DESC`,
  ],
  [
    'Far from the coast',
    `SELECT CASE WHEN sea > 0.5 THEN 'at sea' ELSE 'on land' END AS place,
       arg_max(lat, abs(coast_km)) AS lat,
       arg_max(lon, abs(coast_km)) AS lon,
       max(abs(coast_km)) AS km_to_the_coast
FROM cells
GROUP BY place, floor(lon / 60), floor(lat / 60)
ORDER BY km_to_the_coast DESC
LIMIT 12`,
  ],
  [
    'Colours of the land',
    `SELECT CASE
         WHEN least(red, green, blue) > 185 THEN 'ice'
         WHEN red > 175 AND red >= green THEN 'desert'
         WHEN red > green THEN 'mountain and steppe'
         WHEN green - red > 25 THEN 'forest'
         ELSE 'grass and field'
       END AS looks_like,
       round(sum(km2 * (1 - sea)) / 1e6, 1)::DOUBLE AS million_km2
FROM cells
WHERE sea < 0.5
GROUP BY looks_like
ORDER BY million_km2 DESC`,
  ],
];
