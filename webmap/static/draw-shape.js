/* A GeoJSON geometry that is being drawn: its corners, changes of it, what can be undone. Knows no map and no page. */
(function () {
  "use strict";
  const PLACES = 1e7, METRES_A_DEGREE = 111320;

  function round(number) { return Math.round(number * PLACES) / PLACES; }

  function copy(what) { return JSON.parse(JSON.stringify(what)); }

  /* Every list of positions in a geometry, and whether it is a ring. Positions are changed in place. */
  function paths(geometry) {
    const at = geometry && geometry.coordinates;
    switch (geometry && geometry.type) {
      case "Point": return [{ path: [at], single: true }];
      case "MultiPoint": return at.map(function (one) { return { path: [one], single: true }; });
      case "LineString": return [{ path: at }];
      case "MultiLineString": return at.map(function (path) { return { path: path }; });
      case "Polygon": return at.map(function (path) { return { path: path, ring: true, holes: at }; });
      case "MultiPolygon": return at.flatMap(function (one) {
        return one.map(function (path) { return { path: path, ring: true, holes: one }; });
      });
      default: return [];
    }
  }

  /* Corners without the last one of a ring, which is the first again. */
  function corners(geometry) {
    const found = [];
    paths(geometry).forEach(function (one, which) {
      const last = one.path.length - (one.ring ? 1 : 0);
      for (let n = 0; n < last; n += 1) { found.push({ which: which, n: n, at: one.path[n], single: one.single, ring: one.ring, last: last }); }
    });
    return found;
  }

  function parts(geometry) { return copy(geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates]); }

  function good(geometry) {
    try {
      return paths(geometry).length > 0 && corners(geometry).every(function (one) {
        return Array.isArray(one.at) && one.at.length >= 2 && isFinite(one.at[0]) && isFinite(one.at[1]) && one.at[0] !== null;
      });
    } catch (error) { return false; }
  }

  Athar.drawnShape = function (changed) {
    let now = null, first = null, past = [], coming = [];

    function close(one) { if (one.ring) { one.path[one.path.length - 1] = one.path[0].slice(); } }

    function set(geometry, quietly) {
      past.push(now);
      coming = [];
      now = geometry;
      changed(quietly);
    }

    /* Change a copy; nothing happens if `act` returns false. */
    function alter(act) {
      const next = copy(now);
      if (act(paths(next), next) !== false) { set(next); }
    }

    return {
      paths: function () { return paths(now); },
      corners: function () { return corners(now); },
      get: function () { return now; },
      /* Metres that a point came from where it was, whole ones from ten on; null for anything else. */
      moved: function () {
        if (!now || !first || now.type !== "Point" || first.type !== "Point") { return null; }
        const from = first.coordinates, to = now.coordinates, wide = Math.cos(from[1] * Math.PI / 180);
        const metres = METRES_A_DEGREE * Math.hypot((to[0] - from[0]) * wide, to[1] - from[1]);
        return metres < 10 ? Math.round(metres * 10) / 10 : Math.round(metres);
      },
      good: good,
      start: function (geometry) { now = first = geometry; past = []; coming = []; changed(true); },
      set: set,
      move: function (which, n, at) {
        alter(function (all) {
          const one = all[which];
          one.path[n].splice(0, 2, round(at.lng), round(at.lat));
          close(one);
        });
      },
      nudge: function (which, n, east, north) {
        alter(function (all) {
          const one = all[which], spot = one.path[n];
          const wide = METRES_A_DEGREE * Math.cos(spot[1] * Math.PI / 180);
          spot.splice(0, 2, round(spot[0] + east / wide), round(spot[1] + north / METRES_A_DEGREE));
          close(one);
        });
      },
      insert: function (which, after, at) {
        alter(function (all) { all[which].path.splice(after + 1, 0, [round(at.lng), round(at.lat)]); });
      },
      remove: function (which, n) {
        alter(function (all, next) {
          const one = all[which], least = one.ring ? 4 : 2;
          if (one.single && all.length > 1) { next.coordinates.splice(which, 1); return true; }
          if (one.single) { return false; }
          if (one.path.length <= least) {
            // A hole with three corners goes as a whole; an outline does not.
            const hole = one.holes ? one.holes.indexOf(one.path) : 0;
            if (hole <= 0) { return false; }
            one.holes.splice(hole, 1);
            return true;
          }
          one.path.splice(n, 1);
          if (one.ring && n === 0) { one.path[one.path.length - 1] = one.path[0].slice(); }
          return true;
        });
      },
      /* Take away the area (with its holes) that the path `which` is of. */
      drop: function (which) {
        alter(function (all, next) {
          if (next.type !== "MultiPolygon") { set(null); return false; }
          const left = next.coordinates.filter(function (one) { return one !== all[which].holes; });
          Object.assign(next, left.length > 1 ? { coordinates: left } : { type: "Polygon", coordinates: left[0] });
          return true;
        });
      },
      /* A drawn list of corners: a new geometry, one more area, or a hole in the area there is. False if it has too few. */
      draw: function (type, drawn) {
        const path = drawn.map(function (at) { return [round(at.lng), round(at.lat)]; });
        if (path.length < (type === "LineString" ? 2 : 3)) { return false; }
        if (type === "LineString") { set({ type: type, coordinates: path }); return true; }
        path.push(path[0].slice());
        if (type === "more" && now) { set({ type: "MultiPolygon", coordinates: parts(now).concat([[path]]) }); return true; }
        if (type === "Polygon" || type === "more") { set({ type: "Polygon", coordinates: [path] }); return true; }
        const next = copy(now);
        (next.type === "Polygon" ? next.coordinates : holder(next, drawn[0])).push(path);
        set(next);
        return true;
      },
      point: function (at) { set({ type: "Point", coordinates: [round(at.lng), round(at.lat)] }); },
      undo: function () { if (past.length) { coming.push(now); now = past.pop(); changed(); return true; } return false; },
      redo: function () { if (coming.length) { past.push(now); now = coming.pop(); changed(); return true; } return false; },
      past: function () { return past.length; },
      coming: function () { return coming.length; }
    };
  };

  /* Which of several areas a hole lies in; else the first. */
  function holder(geometry, at) {
    return geometry.coordinates.find(function (one) { return inside(one[0], at); }) || geometry.coordinates[0];
  }

  function inside(ring, at) {
    let is = false;
    for (let n = 0, last = ring.length - 1; n < ring.length; last = n, n += 1) {
      const a = ring[n], b = ring[last];
      if ((a[1] > at.lat) !== (b[1] > at.lat) && at.lng < (b[0] - a[0]) * (at.lat - a[1]) / (b[1] - a[1]) + a[0]) { is = !is; }
    }
    return is;
  }
})();
