(function () {
  "use strict";
  Athar.planProposal = function () {};
})();
