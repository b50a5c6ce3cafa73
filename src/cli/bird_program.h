// BIRD, the program: is it there, is it recent enough, does it take the configuration that was rendered for
// it.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "cli/site_files.h"
#include "network/state.h"
#include "util/result.h"

namespace trimtab::cli {

// 2.0.10 or later, or 3.x. The error names what was found.
Result<void> check_bird_program();

// The part of it that needs no program: `answer` is what `bird --version` printed.
Result<void> check_bird_version(std::string_view answer);

// `configure`, to the BIRD that listens at our socket; nothing where none does.
Result<void> tell_bird_to_read(const SiteFiles& files);

// Has `render` make the files for `directory`, which is only there meanwhile, and BIRD parse them: nothing of
// the running one is touched.
Result<void> check_bird_configuration(
    const std::string& directory,
    const std::function<std::vector<network::File>(const SiteFiles& files)>& render);

}  // namespace trimtab::cli
