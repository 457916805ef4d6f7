// SPDX-License-Identifier: Apache-2.0
// The English names in date patterns.
#pragma once

#include <array>
#include <string_view>

namespace tidemark::expr {

inline constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                                 "May",       "June",     "July",     "August",
                                                                 "September", "October",  "November", "December"};
inline constexpr std::array<std::string_view, 7> kDayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                              "Friday", "Saturday", "Sunday"};

}  // namespace tidemark::expr
